# Moments, in mails and on pages. $hour and $minute always show two digits.

months = { $month ->
    [1] January
    [2] February
    [3] March
    [4] April
    [5] May
    [6] June
    [7] July
    [8] August
    [9] September
    [10] October
    [11] November
   *[12] December
}
# In a table: 3 May 2026 at 14:03
moment = { $day } { months } { $year } at { $hour }:{ $minute }
# In a sentence: 3 May 2026 at 14:03 (Europe/Berlin)
moment-with-zone = { moment } ({ $zone })
