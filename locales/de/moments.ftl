# Moments, in mails and on pages. $hour and $minute always show two digits.

months = { $month ->
    [1] Januar
    [2] Februar
    [3] März
    [4] April
    [5] Mai
    [6] Juni
    [7] Juli
    [8] August
    [9] September
    [10] Oktober
    [11] November
   *[12] Dezember
}
# In a table: 3. Mai 2026 um 14:03 Uhr
moment = { $day }. { months } { $year } um { $hour }:{ $minute } Uhr
# In a sentence: 3. Mai 2026 um 14:03 Uhr (Europe/Berlin)
moment-with-zone = { moment } ({ $zone })
