//! Medians and shares.

/// The middle one.
pub fn median(values: Vec<f64>) -> f64 {
    at(&values, 0.5)
}

/// The value below which this share of them is.
pub fn at(values: &[f64], share: f64) -> f64 {
    let mut values = values.to_vec();
    values.sort_unstable_by(f64::total_cmp);
    values[((values.len() - 1) as f64 * share).round() as usize]
}
