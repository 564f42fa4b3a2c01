# Moments, in mails and on pages. $hour and $minute always show two digits.

months = { $month ->
    [1] enero
    [2] febrero
    [3] marzo
    [4] abril
    [5] mayo
    [6] junio
    [7] julio
    [8] agosto
    [9] septiembre
    [10] octubre
    [11] noviembre
   *[12] diciembre
}
# In a table: 3 de mayo de 2026 a las 14:03; at one o'clock: a la 01:03
moment = { $day } de { months } de { $year } { $hour ->
    [one] a la
   *[other] a las
} { $hour }:{ $minute }
# In a sentence: 3 de mayo de 2026 a las 14:03 (Europe/Berlin)
moment-with-zone = { moment } ({ $zone })
