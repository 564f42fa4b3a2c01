# The words of the mails. $product is the service's name, $contact how the administrator is reached: it always
# follows "contact".

## All mails

hello = Hello { $username },
contact = your system administrator
valid-minutes = { $count ->
    [one] { $count } minute
   *[other] { $count } minutes
}
valid-hours = { $count ->
    [one] { $count } hour
   *[other] { $count } hours
}
# The link stands below, alone on its line. $validity: 1 hour
link-opens = This link opens a page that asks for your username and a new password. It is valid for { $validity } and works once:
# Read aloud in place of the link.
link-aloud = Choose a new password

## Somebody asked for a reset

reset-link-subject = Reset your { $product } password
reset-link-heading = Reset your password
# Follows the greeting.
reset-link-why = you, or somebody who knows your username and address, asked for a new password for your account at { $product }.
reset-link-afterwards = Afterwards, sign in with the new password. Multi-factor authentication, if you use it, is not changed.
reset-link-not-me = Was it not you? Then ignore this mail: your password stays as it is.
# The second link stands below, alone on its line.
reset-link-end-it = You can also make the link useless right away:
reset-link-end-it-aloud = Make the link useless
reset-link-help = If you need help, contact { $contact }.

## An administrator started a reset

admin-reset-subject = An administrator started a reset of your { $product } password
admin-reset-heading = An administrator started a password reset
# Follows the greeting.
admin-reset-why = an administrator started a password reset for your account at { $product }.
admin-reset-afterwards = Until then your old password still works. Afterwards, sign in with the new one. Multi-factor authentication, if you use it, is not changed. The administrator sees neither this link nor your password.
admin-reset-help = If you did not expect this, or the link is no longer valid, contact { $contact }.

## The notice after each change of a password

changed-subject = Your { $product } password was changed
changed-heading = Your password was changed
# Follows the greeting. $when: 3 May 2026 at 14:03 (Europe/Berlin)
changed-what = the password of your account at { $product } was changed on { $when }. All other sessions were signed out.
changed-me = If this was you, there is nothing to do.
changed-not-me = Was it not you? Then contact { $contact } at once.
# The link stands below, alone on its line.
changed-report = You can also report it here:
changed-report-aloud = Report that it was not you

## A checkpoint of the log, for auditors

checkpoint-subject = { $product }: a checkpoint of the log, { $size } events
# $origin: login.example.org/log/1, $when: 3 May 2026 at 14:03 (UTC)
checkpoint-what = The log of { $product } ({ $origin }) had { $size } events on { $when }. The attachment is a checkpoint: a signed hash over all of them.
checkpoint-keep = Please keep the attachment ({ $file }) as it is, where nobody who runs { $product } can change it. There is nothing else to do.
# A command stands below, alone on its line.
checkpoint-use = With it you can tell at any time whether any of these events was altered, removed or cut off since. With access to the log and the public key of its seal, run:
