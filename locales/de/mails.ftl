# The words of the mails. $product is the service's name, $contact how the administrator is reached: it always
# follows "wenden Sie sich an".

## All mails

hello = Guten Tag { $username },
contact = Ihre Systemadministration
valid-minutes = { $count ->
    [one] { $count } Minute
   *[other] { $count } Minuten
}
valid-hours = { $count ->
    [one] { $count } Stunde
   *[other] { $count } Stunden
}
# The link stands below, alone on its line. $validity: 1 Stunde
link-opens = Dieser Link öffnet eine Seite, auf der Sie Ihren Benutzernamen und ein neues Passwort eingeben. Er ist { $validity } gültig und lässt sich nur einmal verwenden:
# Read aloud in place of the link.
link-aloud = Neues Passwort wählen

## Somebody asked for a reset

reset-link-subject = Passwort für { $product } zurücksetzen
reset-link-heading = Passwort zurücksetzen
# Follows the greeting.
reset-link-why = für Ihr Konto bei { $product } wurde ein neues Passwort angefordert: von Ihnen oder von jemandem, der Ihren Benutzernamen und Ihre E-Mail-Adresse kennt.
reset-link-afterwards = Melden Sie sich danach mit dem neuen Passwort an. Ihre Multi-Faktor-Authentifizierung, falls Sie sie nutzen, bleibt unverändert.
reset-link-not-me = Waren Sie das nicht? Dann ignorieren Sie diese E-Mail: Ihr Passwort bleibt, wie es ist.
# The second link stands below, alone on its line.
reset-link-end-it = Sie können den Link auch sofort ungültig machen:
reset-link-end-it-aloud = Link ungültig machen
reset-link-help = Wenn Sie Hilfe brauchen, wenden Sie sich an { $contact }.

## An administrator started a reset

admin-reset-subject = Ein Administrator hat das Zurücksetzen Ihres Passworts für { $product } eingeleitet
admin-reset-heading = Ein Administrator hat das Zurücksetzen Ihres Passworts eingeleitet
# Follows the greeting.
admin-reset-why = ein Administrator hat das Zurücksetzen des Passworts für Ihr Konto bei { $product } eingeleitet.
admin-reset-afterwards = Bis dahin gilt Ihr altes Passwort. Melden Sie sich danach mit dem neuen an. Ihre Multi-Faktor-Authentifizierung, falls Sie sie nutzen, bleibt unverändert. Der Administrator sieht weder diesen Link noch Ihr Passwort.
admin-reset-help = Wenn Sie das nicht erwartet haben oder der Link nicht mehr gültig ist, wenden Sie sich an { $contact }.

## The notice after each change of a password

changed-subject = Ihr Passwort für { $product } wurde geändert
changed-heading = Ihr Passwort wurde geändert
# Follows the greeting. $when: 3. Mai 2026 um 14:03 Uhr (Europe/Berlin)
changed-what = das Passwort Ihres Kontos bei { $product } wurde am { $when } geändert. Alle anderen Sitzungen wurden beendet.
changed-me = Wenn Sie das waren, brauchen Sie nichts zu tun.
changed-not-me = Waren Sie das nicht? Dann wenden Sie sich sofort an { $contact }.
# The link stands below, alone on its line.
changed-report = Sie können es auch hier melden:
changed-report-aloud = Melden, dass Sie es nicht waren

## A checkpoint of the log, for auditors

checkpoint-subject = { $product }: ein Prüfpunkt des Protokolls, { $size } Ereignisse
# $origin: login.example.org/log/1, $when: 3. Mai 2026 um 14:03 Uhr (UTC)
checkpoint-what = Das Protokoll von { $product } ({ $origin }) hatte am { $when } { $size } Ereignisse. Der Anhang ist ein Prüfpunkt: ein signierter Hashwert über sie alle.
checkpoint-keep = Bitte bewahren Sie den Anhang ({ $file }) unverändert auf, und zwar dort, wo niemand, der { $product } betreibt, ihn ändern kann. Mehr ist nicht zu tun.
# A command stands below, alone on its line.
checkpoint-use = Damit lässt sich jederzeit feststellen, ob eines dieser Ereignisse seither verändert, entfernt oder abgeschnitten wurde. Wer Zugang zum Protokoll und den öffentlichen Schlüssel des Siegels hat, ruft auf:
