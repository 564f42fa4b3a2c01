### What the pages say. Labels are those of the product: they stand in instructions elsewhere, word for word.

## Every page

skip = Skip to the content
menu = Menu
utilities = Utilities
security = Security
operations = Operations
users = Users
audit = Audit
mail = Mail
profile = Profile
sign-in = Sign In
sign-out = Sign Out
language = Language
contact = your system administrator
help = Questions? Contact { $contact }.
to-the-beginning = To the beginning
cancel = Cancel
save = Save
print = Print
on = On
off = Off
never = Never
erased = (erased)
next-page = Next page
previous-page = Previous page
show = Show
hide = Hide
# How long to wait: it stands in "Try again in …".
wait-seconds = { $count ->
    [one] { $count } second
   *[other] { $count } seconds
}
wait-minutes = { $count ->
    [one] { $count } minute
   *[other] { $count } minutes
}
strength = Strength of the password
strength-0 = Very weak
strength-1 = Weak
strength-2 = Fair
strength-3 = Good
strength-4 = Strong

field-needed = Fill in this field.
field-too-long = This is too long.
field-untypable = This has characters that cannot be typed.

## Signing in

username = Username
password = Password
sign-in-for = to go on to { $host }
sign-in-wrong-credentials = Username or password is wrong. Try again, or reset a forgotten password.
sign-in-too-many-attempts = Too many attempts. Try again in { $wait }.
forgot-your-password = Forgot your password?
code-step = Second factor
code-step-about = Your password is right. Now give the code that your authenticator app shows.
code = Code
code-step-recovery = Lost the device? A recovery code works here, too.
code-step-lost = Lost both? Contact { $contact }.
code-step-wrong-credentials = The code is wrong, or was used before. Try the next one that the app shows.
code-too-long = This code is too long. Enter only the code.
code-step-too-many-attempts = Too many attempts. Try again in { $wait }.
begin-again = Begin again
done-begin-again = That took too long. Sign in again.
done-out = You are signed out.
done-reset = Your password is reset. Sign in with the new one.

## A forgotten password

forgot-about = Give the email address you are registered with and your username. If they match an account, you get a mail with a link that is valid for one hour.
registered-email = Registered email address
send-reset-link = Send Reset Link
back-to-sign-in = Back to Sign In
requested = Look into your mail
requested-about = If that username and address belong to an account that can be reset here, a mail with a link is on its way.
requested-hour = The link is valid for one hour and works once. Until you use it, your old password stays as it is.
requested-nothing = No mail after a few minutes? Look in the spam folder, or contact { $contact }, who can reset your password in the desktop app.
ask-again = Ask again

reset-password = Reset Password
reset-about = Give your username and a new password. Multi-factor authentication, if you use it, is not changed.
link-code = Code from the mail
link-code-hint = Copy the whole link out of the mail, or what follows the # in it.
new-password = New Password
password-hint = At least 15 characters, or 8 if you use a second factor. Several words are fine; no special characters are needed.
reset-code-hint = Only if you use a second factor: the code of your authenticator app, or a recovery code.
reset-wrong-username = This is not the username that the link was sent for. After five different wrong usernames the link ends.
reset-wrong-code = The code is wrong, or was used before. Try the next one that the app shows.
reset-code-needed = Your account has a second factor: give its code.
ask-for-new-link = Ask for a new link

link-completed = This link was used
link-completed-advice = It works once, and your password was set with it. If that was not you, ask for a new link at once.
link-superseded = This link no longer counts
link-superseded-advice = A newer link, a new password or a sign-in has ended it. Look for the newest mail, or ask for a new link.
link-expired = This link is too old
link-expired-advice = Links are valid for one hour. Your password was not changed. Ask for a new link.
link-revoked = This link was ended
link-revoked-advice = Somebody ended it on purpose, or too many wrong attempts were made with it. Your password was not changed. Ask for a new link.
link-unknown = This link is not complete
link-unknown-advice = Perhaps the mail program broke it apart. Copy the whole link out of the mail, or ask for a new one.

not-me = This wasn't me
not-me-about = Did somebody else ask for a link to reset your password? End it here, and nobody can use it. Your password stays as it is.
end-the-link = End the link
not-me-unknown = This link is not complete. Copy the whole link out of the mail.
not-me-completed = This link was used, and a new password was set with it. If that was not you, contact { $contact } at once.
not-me-done = The link is ended
not-me-done-about = Nobody can use it any more. Your password stays as it is.
not-me-worried = If this happens again, contact { $contact }.

## Passwords that are not taken

rejected-too_short = Use at least 15 characters (8 with a second factor). Several words are fine.
rejected-too_long = Use at most 1,024 bytes.
rejected-untypable = Leave out control characters, such as tabs and line breaks.
rejected-like_you = Leave out your username, your address and the name of this service.
rejected-too_common = This is among the first passwords that an attacker tries. Use something less common.
rejected-unchanged = Use another password than the current one.

## Profile

back-to-host = Back to { $host }
must-change = Your password was set by somebody else. Choose one of your own before you go on.
change-password = Change Password
current-password = Current Password
confirm-password = Confirm Password
update-password = Update Password
change-password-mismatch = The two new passwords are not the same.
change-password-wrong-current = The current password is wrong.
change-password-too-many = Too many attempts. Try again in { $wait }.
done-password = Your password is changed. All other sessions are ended.

second-factor = Second factor
second-factor-on = When you sign in, you are asked for a code of your authenticator app.
second-factor-off = With an authenticator app on your phone, your password alone opens nothing to anybody else.
second-factor-unused = To change this, or to act as an administrator, sign out and sign in again with a code.
set-up-second-factor = Set up a second factor
second-factor-scan = Scan this with an authenticator app. Then give the code that it shows.
qr-code = QR code for the authenticator app
second-factor-type = Cannot scan? Type this key into the app
second-factor-code = Code that the app shows
second-factor-confirm = Turn on
second-factor-wrong-code = The code is wrong. Try the next one that the app shows, and check the clock of your phone.
second-factor-over = That took longer than an hour. Set up the second factor again, with the new QR code.
remove-second-factor = Remove second factor
new-recovery-codes = New recovery codes
recovery-codes = Recovery codes
recovery-codes-about = Each stands in once for the code of your app when your phone is not at hand. Print them, or keep them in a password manager: they are not shown again.
recovery-codes-kept = I have kept them
done-factor-enrolled = Your second factor is on. It counts from your next sign-in.
done-factor-removed = Your second factor is removed.

sessions = Where you are signed in
session-device = Device
session-opened = Signed in
session-seen = Last used
session-this = This one
session-end = End
session-end-this = End: { $device }
session-end-others = End all others
session-unknown-device = Unknown device
done-session-ended = The session is ended.
done-sessions-ended = All other sessions are ended.

preferences = Language and time
zone = Time zone
preferences-about = Pages and mails use these.
done-preferences = Kept.

## Users

users-search = Username or address begins with
search = Search
user = User
address = Email address
last-sign-in = Last sign-in
self-service = Can reset by themselves
by-administrator = Can be sent a link
possible = Yes
not-possible = No
reason-never_signed_in = has never signed in
reason-erased = is erased
users-none = Nobody is found.
users-many = There are more than are shown here. Type more of the name.
account = Account
registered = Registered
origin = { $origin ->
    [app] created in the app
   *[desktop] created in the desktop app
}
permissions = Permissions
history = History
nothing-yet = Nothing yet.
end-live-link = End their live link
confirm-reset = Reset the password of { $name }?
confirm-reset-about = They get a mail with instructions and a link that is valid for one hour. You see neither the link nor the new password. Until they use it, the old password stays as it is.
confirm-factor = Remove the second factor of { $name }?
confirm-factor-about = Do this only when you are sure who is asking. Until they set up a new one, the password alone is enough to sign in.
done-reset-sent = A mail with a link is on its way.
done-reset-suppressed = The link was not emailed: a mail server rejected the address on file. Correct the address or lift the suppression, then send another link.
done-factor-reset = The second factor is removed.
done-link-ended = The user has no live link any more.
done-suppression-lifted = Emails are sent to this address again.
suppressed-until = Nothing is sent to this address until { $until }, because a mail server rejected it.
lift-suppression = Lift suppression
because-no-permission = You lack the permission for this. Ask an administrator for it.
because-no-own-factor = Only administrators with a second factor can do this.
because-factor-unused = You did not use your second factor in this session. Sign out, and sign in again with a code.
because-never-signed-in = This user has never signed in. Set a password in the desktop app instead.
because-erased = This person was erased.
because-no-factor = This user has no second factor.
refused-not-eligible = No link can be sent now: the user has never signed in, got one less than a minute ago, or got five in the last 24 hours. Wait, or set a password in the desktop app.
refused-not-possible = That cannot be done as things are: look at the history below.

## Audit

audit-about = Everything that happens is on record here, and stays.
audit-kind = Event
audit-any = Any
audit-account = Username
audit-since = From
audit-until = Until
audit-apply = Show
audit-when = When
audit-what = What
audit-whom = About
audit-who = By
audit-position = No.
audit-none = Nothing like that is on record.
audit-older = Look further back
audit-nobody = There is no user with that name.
audit-more = More filters
audit-actor = By whom
audit-reason = Reason
audit-correlation = One story (its id)
audit-no-actor = Nobody is called that. Give a username, key:NAME, system:ROLE or anyone.
audit-no-id = That is not an id, such as 01a2164a-fa4d-72ff-9d06-8897de944e51.
audit-no-day = That is not a day, such as 2026-05-03.
audit-no-choice = There is no such one. Choose one of the list.
audit-together = All that belongs to it
why-cannot_render = the mail could not be written
why-erased = the person was erased
why-message_refused = the mail server refused the message
why-never_signed_in = never signed in
why-no_address = no address
why-other_address = another address than that of the account
why-reply_lost = the mail server's last answer was lost
why-throttled = too soon, or too many
why-too_many = five links mailed within 24 hours
why-too_soon = the last link mailed less than a minute ago
why-unknown_username = nobody has that username
why-words_forgotten = what was typed was no longer there
why-worker_died = the mail's worker died
why-wrong_code = wrong code
why-wrong_password = wrong password
why-wrong_username = wrong username
live = Renews itself.
pause = Pause
actor-anyone = not signed in
actor-key = program { $name }
actor-system = { $role ->
    [machine] whoever runs this machine
   *[other] the service ({ $role })
}

## Mail

mail-about = What is owed, what became of it, and what needs a hand.
mail-waiting = Waiting
mail-oldest = Oldest waiting
mail-failed = Needs a hand
mail-unknown = May have gone out
mail-chart = Mails of the last 24 hours, by hour
mail-accepted = Accepted
mail-dropped = Not needed any more
mail-trouble = Failed
mail-chart-hour = { $hour }: { $accepted } accepted, { $waiting } waiting, { $failed } failed, { $dropped } not needed any more
mail-none = There is no mail like that.
mail-kind = Mail
mail-to = To
mail-state = State
mail-age = Requested
mail-code = Last answer
mail-requeue = Try again
mail-filter = State
mail-events = What happened
mail-message-id = Message-ID
mail-queue-id = ID at the mail server
done-requeued = The mail will be tried again.
refused-requeue = It cannot be tried again: it was accepted, is on its way, or the link it carries is over.
kind-reset_link = Reset link
kind-admin_reset_link = Reset link from an administrator
kind-password_changed = Notice of a new password
state-pending = Waiting
state-deferred = Put off
state-waiting = In hand
state-unknown = Unknown
state-accepted = Accepted
state-rejected = Address refused
state-suppressed = Not sent
state-expired = Too late
state-superseded = Not needed
state-unconfirmed = Not confirmed
state-dead = Dead
advice-pending = It is tried as soon as a worker is free.
advice-deferred = The mail server put it off, or cannot be reached. It is tried again by itself.
advice-waiting = A worker has it in hand, and the mail server has not answered yet.
advice-unknown = It may have gone out. The same mail is sent again by itself.
advice-accepted = The mail server has it.
advice-rejected = The mail server refused the address. Correct it, then try again.
advice-suppressed = The address was refused not long ago, so nothing was sent. Correct it, then try again.
advice-expired = It was too late to send it. Try again, or have the person ask for a new link.
advice-superseded = The link it carries was used, replaced or ended.
advice-unconfirmed = It may have been delivered several times, but the mail server never confirmed it. It is not sent again unless you try again.
advice-dead = It is not tried again by itself. Mend what its last event says, then try again.
waits-for = It waits for { $provider }, for { $seconds } s now.
failure-none = no answer
failure-timed_out = no reply in time
failure-connection_closed = the server closed the connection
failure-connection_refused = connection refused
failure-connection_reset = connection reset
failure-network_unreachable = network unreachable
failure-connection_failed = connection failed
failure-host_not_found = host name not found
failure-tls_not_offered = STARTTLS is not offered
failure-tls_not_spoken = the server does not speak TLS on this port
failure-tls_failed = TLS handshake failed
failure-certificate_expired = the certificate has expired
failure-certificate_not_yet_valid = the certificate is not valid yet
failure-certificate_wrong_host = the certificate is for another host name
failure-certificate_unknown_authority = the certificate is from an unknown authority
failure-certificate_invalid = the certificate is invalid
failure-auth_not_offered = no common authentication mechanism
failure-malformed_reply = malformed reply
failure-unexpected_reply = unexpected reply
failure-surplus_reply = unrequested reply
failure-provider_paused = not asked, because the server has been unavailable
failure-shutting_down = the service was stopping
failure-inbox_unwritable = the mail folder cannot be written

## Events

event-AccountRegistered = { $origin ->
    [app] The account was created in the app
   *[desktop] The account was created in the desktop app
}
event-SignedIn = { $channel ->
    [desktop] Signed in to the desktop app
   *[app] { $second_factor ->
        [totp] Signed in with password and code
        [recovery_code] Signed in with password and a recovery code
       *[none] Signed in with the password
    }
}
event-SignInFailed = { $reason ->
    [wrong_code] A sign-in failed: wrong code
    [throttled] A sign-in was not looked at: too soon after others that failed
   *[wrong_password] A sign-in failed: wrong password
}
event-StrangerRefused = Somebody tried to sign in under a name that is nobody's
event-ResetRequested = Somebody asked for a reset link
event-ResetMatched = The request was an account's, and a link was issued
event-ResetRefused = No link was issued: { $reason ->
    [unknown_username] nobody has that username
    [other_address] the address is not that of the account
    [never_signed_in] the person has never signed in
    [too_soon] the last link was mailed less than a minute ago
    [too_many] five links were mailed within 24 hours
    [throttled] too many requests
    [erased] the person was erased
   *[words_forgotten] what was typed was no longer there
}
event-ResetLinkIssued = A reset link was issued, valid until { $expires_at }
event-AdminResetIssued = An administrator sent a reset link, valid until { $expires_at }
event-ResetAttemptRefused = The link was tried with { $reason ->
    [wrong_code] a wrong code
   *[wrong_username] a wrong username
}
event-ResetCompleted = The link was used: a new password is set
event-ResetSuperseded = The link ended: { $by ->
    [newer_link] a newer one was issued
    [sign_in] the person signed in
   *[new_password] the password was changed
}
event-ResetExpired = The link's hour was over
event-ResetRevoked = The link was ended { $by ->
    [owner] by the person ("This wasn't me")
    [administrator] by an administrator
    [wrong_usernames] after five wrong attempts
   *[erasure] as the person was erased
}
event-PasswordChanged = The password was changed
event-PasswordChangeFailed = A change of password failed: { $reason ->
    [throttled] too soon after others that failed
   *[wrong_password] wrong current password
}
event-PasswordSet = { $channel ->
    [app] A password was set
   *[desktop] A password was set in the desktop app
}
event-SecondFactorEnrolled = A second factor was set up
event-RecoveryCodesReplaced = New recovery codes were made
event-SecondFactorRemoved = The second factor was removed { $by ->
    [administrator] by an administrator
   *[owner] by its owner
}
event-PermissionGranted = Permission granted: { $permission }
event-PermissionRevoked = Permission revoked: { $permission }
event-PersonErased = The person was erased
event-SuppressionLifted = The suppression of the email address was lifted
event-MailRequested = { $kind ->
    [reset_link] A mail with the reset link is owed
    [admin_reset_link] A mail with an administrator's reset link is owed
   *[password_changed] A notice of the new password is owed
}
event-MailDeferred = The mail is put off: { $answer }, next try { $due_at }
event-MailRerouted = { $provider } refused the mail ({ $answer }); another mail server is asked
event-MailOutcomeUnknown = The mail may have gone out: { $reason ->
    [worker_died] its worker died
   *[reply_lost] the last answer was lost ({ $answer })
}; the same is sent again
event-MailUnconfirmed = Sending has stopped: { $copies } copies may have been delivered, and the mail server confirmed none
event-MailAccepted = The mail server took the mail ({ $code })
event-MailRejected = The mail server refused the address ({ $answer })
event-MailSuppressed = The mail was not sent: the address was refused not long ago
event-MailExpired = The mail was not sent: too late to be of use
event-MailSuperseded = The mail was not sent: its link was used, replaced or ended
event-MailDead = The mail is dead: { $reason ->
    [cannot_render] it could not be written
    [no_address] there is no address
   *[message_refused] the mail server refused it ({ $answer })
}
event-MailRequeued = The mail is to be tried again

## What went wrong

problem-malformed-body = That cannot be read
problem-malformed-body-advice = Go back and try again.
problem-invalid-request = That is not what this page takes
problem-invalid-request-advice = Go back, look at what you gave, and try again.
problem-body-too-large = That is too much
problem-body-too-large-advice = Go back and give less.
problem-unsupported-media-type = That cannot be read
problem-unsupported-media-type-advice = Go back and try again.
problem-not-found = There is nothing here
problem-not-found-advice = The address may be mistyped, or what was here is gone.
problem-method-not-allowed = That does not work here
problem-method-not-allowed-advice = Go back and try another way.
problem-not-signed-in = You are not signed in
problem-not-signed-in-advice = Sign in first.
problem-wrong-credentials = Username, password or code is wrong
problem-wrong-credentials-advice = Go back and try again.
problem-second-factor-required = A second factor is needed
problem-second-factor-required-advice = Set one up in your profile, or sign in again with its code.
problem-wrong-password = The current password is wrong
problem-wrong-password-advice = Go back and try again.
problem-wrong-code = The code is wrong
problem-wrong-code-advice = Go back and try the next one that your app shows.
problem-wrong-username = The username is not that of the link's account
problem-wrong-username-advice = Go back and type the username it was sent for.
problem-missing-permission = You may not see this
problem-missing-permission-advice = A permission is missing. Ask an administrator for it.
problem-password-change-required = Your password must be changed first
problem-password-change-required-advice = Change it in your profile.
problem-link-unusable = The link cannot be used
problem-link-unusable-advice = Ask for a new one.
problem-password-rejected = The new password is not taken
problem-password-rejected-advice = Go back and choose another.
problem-not-eligible = No link can be sent
problem-not-eligible-advice = Set a password in the desktop app.
problem-username-taken = The username is taken
problem-username-taken-advice = Choose another.
problem-not-possible = That cannot be done as things are
problem-not-possible-advice = Go back, and load the page anew.
problem-too-many-attempts = Too many attempts
problem-too-many-attempts-advice = Try again in { $wait }.
problem-idempotency-key-reused = This was sent before, with other contents
problem-idempotency-key-reused-advice = Load the page anew, and try again.
problem-disturbed = Too much happens at once
problem-disturbed-advice = Nothing was changed. Try again in { $wait }.
problem-uncertain = Whether this was done is not known
problem-uncertain-advice = Look whether it was. Otherwise try again in { $wait }.
problem-unavailable = The service is not available
problem-unavailable-advice = Nothing was changed. Try again in { $wait }.
problem-stale-form = This form is too old
problem-stale-form-advice = Nothing was changed. Open the page again, and try once more. Cookies must be allowed.
problem-internal = That is a fault of ours
problem-internal-advice = Tell your system administrator, with the time.

## What became of a reset, in one sentence
story-somebody = somebody
story-asked = { $whom } asked for a reset link
story-sent = { $by } sent { $whom } a reset link
story-used = { $network ->
    [same] used from the same network
    [other] used from another network
   *[unknown] used
}
story-mail = { $outcome ->
    [MailAccepted] mail accepted
    [MailDeferred] mail put off
    [MailRerouted] mail taken to another mail server
    [MailOutcomeUnknown] nobody knew whether the mail had gone out
    [MailUnconfirmed] delivery never confirmed
    [MailRejected] address refused
    [MailDead] mail given up
    [MailRequeued] mail to be tried again
   *[other] mail not sent
}
story-later = { $what } { $span } later
story-times = { $what } ({ $times } times)
