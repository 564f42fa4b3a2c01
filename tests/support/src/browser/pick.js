// The option with this text, or what there is to pick from.
const [list, choice] = arguments;
const options = [...list.options].filter((option) => !option.disabled);
const option = options.find((one) => one.label.trim() === choice);
return option ? { option } : { instead: options.map((one) => one.label.trim()) };
