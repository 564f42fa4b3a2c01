### What the pages say. Labels are those of the product: they stand in instructions elsewhere, word for word.

## Every page

skip = Zum Inhalt springen
menu = Menü
utilities = Verwaltung
security = Sicherheit
operations = Betrieb
users = Benutzer
audit = Audit-Protokoll
mail = E-Mails
profile = Profil
sign-in = Anmelden
sign-out = Abmelden
language = Sprache
contact = Ihre Systemadministration
help = Fragen? Kontakt: { $contact }
to-the-beginning = Zur Startseite
cancel = Abbrechen
save = Speichern
print = Drucken
on = Ein
off = Aus
never = Nie
erased = (gelöscht)
next-page = Nächste Seite
previous-page = Vorherige Seite
show = Anzeigen
hide = Verbergen
# How long to wait: it stands in "Versuchen Sie es in … erneut."
wait-seconds = { $count ->
    [one] { $count } Sekunde
   *[other] { $count } Sekunden
}
wait-minutes = { $count ->
    [one] { $count } Minute
   *[other] { $count } Minuten
}
strength = Passwortstärke
strength-0 = Sehr schwach
strength-1 = Schwach
strength-2 = Mittel
strength-3 = Gut
strength-4 = Stark

field-needed = Bitte füllen Sie dieses Feld aus.
field-too-long = Diese Eingabe ist zu lang.
field-untypable = Diese Eingabe enthält unzulässige Zeichen.

## Signing in

username = Benutzername
password = Passwort
sign-in-for = Weiter zu { $host }
sign-in-wrong-credentials = Benutzername oder Passwort ist falsch. Versuchen Sie es erneut oder setzen Sie Ihr Passwort zurück, falls Sie es vergessen haben.
sign-in-too-many-attempts = Zu viele Versuche. Versuchen Sie es in { $wait } erneut.
forgot-your-password = Passwort vergessen?
code-step = Zweiter Faktor
code-step-about = Ihr Passwort ist richtig. Geben Sie jetzt den Code aus Ihrer Authenticator-App ein.
code = Code
code-step-recovery = Gerät verloren? Hier funktioniert auch ein Wiederherstellungscode.
code-step-lost = Beides verloren? Kontakt: { $contact }
code-step-wrong-credentials = Der Code ist falsch oder wurde schon verwendet. Versuchen Sie es mit dem nächsten Code aus der App.
code-too-long = Dieser Code ist zu lang. Geben Sie nur den Code ein.
code-step-too-many-attempts = Zu viele Versuche. Versuchen Sie es in { $wait } erneut.
begin-again = Von vorn beginnen
done-begin-again = Das hat zu lange gedauert. Melden Sie sich noch einmal an.
done-out = Sie sind abgemeldet.
done-reset = Ihr Passwort wurde zurückgesetzt. Melden Sie sich mit dem neuen Passwort an.

## A forgotten password

forgot-about = Geben Sie Ihre hinterlegte E-Mail-Adresse und Ihren Benutzernamen ein. Gehören sie zu einem Konto, erhalten Sie eine E-Mail mit einem Link, der eine Stunde lang gültig ist.
registered-email = Hinterlegte E-Mail-Adresse
send-reset-link = Link zum Zurücksetzen senden
back-to-sign-in = Zurück zur Anmeldung
requested = Prüfen Sie Ihr Postfach
requested-about = Wenn Benutzername und E-Mail-Adresse zu einem Konto gehören, dessen Passwort hier zurückgesetzt werden kann, ist eine E-Mail mit einem Link unterwegs.
requested-hour = Der Link ist eine Stunde lang gültig und funktioniert nur einmal. Bis Sie ihn verwenden, gilt Ihr altes Passwort weiter.
requested-nothing = Nach einigen Minuten noch keine E-Mail? Sehen Sie im Spam-Ordner nach oder lassen Sie Ihr Passwort in der Desktop-App zurücksetzen. Kontakt: { $contact }
ask-again = Erneut anfordern

reset-password = Passwort zurücksetzen
reset-about = Geben Sie Ihren Benutzernamen und ein neues Passwort ein. Falls Sie Mehrfaktor-Authentifizierung nutzen, bleibt sie unverändert.
link-code = Code aus der E-Mail
link-code-hint = Kopieren Sie den ganzen Link aus der E-Mail oder den Teil nach dem #.
new-password = Neues Passwort
password-hint = Mindestens 15 Zeichen, mit zweitem Faktor mindestens 8. Auch mehrere Wörter sind möglich; Sonderzeichen sind nicht nötig.
reset-code-hint = Nur wenn Sie einen zweiten Faktor nutzen: der Code aus Ihrer Authenticator-App oder ein Wiederherstellungscode.
reset-wrong-username = Der Link wurde für einen anderen Benutzernamen gesendet. Nach fünf verschiedenen falschen Benutzernamen wird er ungültig.
reset-wrong-code = Der Code ist falsch oder wurde schon verwendet. Versuchen Sie es mit dem nächsten Code aus der App.
reset-code-needed = Ihr Konto hat einen zweiten Faktor: Geben Sie auch dessen Code ein.
ask-for-new-link = Neuen Link anfordern

link-completed = Dieser Link wurde schon verwendet
link-completed-advice = Er funktioniert nur einmal, und Ihr Passwort wurde damit neu festgelegt. Waren Sie das nicht, fordern Sie sofort einen neuen Link an.
link-superseded = Dieser Link gilt nicht mehr
link-superseded-advice = Ein neuerer Link, ein neues Passwort oder eine Anmeldung hat ihn ungültig gemacht. Suchen Sie die neueste E-Mail oder fordern Sie einen neuen Link an.
link-expired = Dieser Link ist abgelaufen
link-expired-advice = Links sind eine Stunde lang gültig. Ihr Passwort wurde nicht geändert. Fordern Sie einen neuen Link an.
link-revoked = Dieser Link wurde deaktiviert
link-revoked-advice = Jemand hat ihn absichtlich deaktiviert, oder es gab zu viele Fehlversuche. Ihr Passwort wurde nicht geändert. Fordern Sie einen neuen Link an.
link-unknown = Dieser Link ist unvollständig
link-unknown-advice = Vielleicht hat Ihr E-Mail-Programm ihn umbrochen. Kopieren Sie den ganzen Link aus der E-Mail oder fordern Sie einen neuen an.

not-me = Das war ich nicht
not-me-about = Hat jemand anderes einen Link angefordert, um Ihr Passwort zurückzusetzen? Deaktivieren Sie ihn hier, dann kann ihn niemand mehr verwenden. Ihr Passwort bleibt unverändert.
end-the-link = Link deaktivieren
not-me-unknown = Dieser Link ist unvollständig. Kopieren Sie den ganzen Link aus der E-Mail.
not-me-completed = Dieser Link wurde verwendet und damit ein neues Passwort gesetzt. Wenn Sie das nicht waren, melden Sie sich sofort. Kontakt: { $contact }
not-me-done = Der Link ist deaktiviert
not-me-done-about = Niemand kann ihn mehr verwenden. Ihr Passwort bleibt unverändert.
not-me-worried = Falls das wieder vorkommt, melden Sie sich. Kontakt: { $contact }

## Passwords that are not taken

rejected-too_short = Verwenden Sie mindestens 15 Zeichen (8 mit zweitem Faktor). Auch mehrere Wörter sind möglich.
rejected-too_long = Verwenden Sie höchstens 1.024 Byte.
rejected-untypable = Verwenden Sie keine Steuerzeichen wie Tabulatoren oder Zeilenumbrüche.
rejected-like_you = Verwenden Sie nicht Ihren Benutzernamen, Ihre E-Mail-Adresse oder den Namen dieses Dienstes.
rejected-too_common = Dieses Passwort gehört zu den ersten, die bei einem Angriff ausprobiert werden. Wählen Sie ein weniger gängiges.
rejected-unchanged = Wählen Sie ein anderes Passwort als das aktuelle.

## Profile

back-to-host = Zurück zu { $host }
must-change = Ihr Passwort wurde von jemand anderem festgelegt. Wählen Sie ein eigenes, bevor Sie fortfahren.
change-password = Passwort ändern
current-password = Aktuelles Passwort
confirm-password = Passwort bestätigen
update-password = Passwort aktualisieren
change-password-mismatch = Die beiden neuen Passwörter stimmen nicht überein.
change-password-wrong-current = Das aktuelle Passwort ist falsch.
change-password-too-many = Zu viele Versuche. Versuchen Sie es in { $wait } erneut.
done-password = Ihr Passwort wurde geändert. Alle anderen Sitzungen wurden beendet.

second-factor = Zweiter Faktor
second-factor-on = Bei der Anmeldung werden Sie nach einem Code aus Ihrer Authenticator-App gefragt.
second-factor-off = Mit einer Authenticator-App auf Ihrem Smartphone genügt Ihr Passwort allein nicht mehr, um auf Ihr Konto zuzugreifen.
second-factor-unused = Um dies zu ändern oder Verwaltungsaufgaben auszuführen, melden Sie sich ab und mit einem Code wieder an.
set-up-second-factor = Zweiten Faktor einrichten
second-factor-scan = Scannen Sie diesen QR-Code mit einer Authenticator-App. Geben Sie dann den angezeigten Code ein.
qr-code = QR-Code für die Authenticator-App
second-factor-type = Scannen nicht möglich? Geben Sie diesen Schlüssel in die App ein
second-factor-code = Code aus der App
second-factor-confirm = Aktivieren
second-factor-wrong-code = Der Code ist falsch. Versuchen Sie es mit dem nächsten Code aus der App und prüfen Sie die Uhrzeit Ihres Smartphones.
second-factor-over = Seither ist mehr als eine Stunde vergangen. Richten Sie den zweiten Faktor mit dem neuen QR-Code noch einmal ein.
remove-second-factor = Zweiten Faktor entfernen
new-recovery-codes = Neue Wiederherstellungscodes
recovery-codes = Wiederherstellungscodes
recovery-codes-about = Jeder dieser Codes ersetzt einmal den Code aus der App, wenn Sie Ihr Smartphone nicht zur Hand haben. Drucken Sie die Codes aus oder bewahren Sie sie in einem Passwortmanager auf: Sie werden nicht noch einmal angezeigt.
recovery-codes-kept = Ich habe sie gesichert
done-factor-enrolled = Ihr zweiter Faktor ist eingerichtet. Er gilt ab Ihrer nächsten Anmeldung.
done-factor-removed = Ihr zweiter Faktor wurde entfernt.

sessions = Aktive Sitzungen
session-device = Gerät
session-opened = Angemeldet seit
session-seen = Zuletzt aktiv
session-this = Diese Sitzung
session-end = Beenden
session-end-this = Beenden: { $device }
session-end-others = Alle anderen beenden
session-unknown-device = Unbekanntes Gerät
done-session-ended = Die Sitzung wurde beendet.
done-sessions-ended = Alle anderen Sitzungen wurden beendet.

preferences = Sprache und Zeitzone
zone = Zeitzone
preferences-about = Gilt für Seiten und E-Mails.
done-preferences = Gespeichert.

## Users

users-search = Benutzername oder E-Mail-Adresse beginnt mit
search = Suchen
user = Benutzer
address = E-Mail-Adresse
last-sign-in = Letzte Anmeldung
self-service = Kann selbst zurücksetzen
by-administrator = Link durch Administration
possible = Ja
not-possible = Nein
reason-never_signed_in = hat sich noch nie angemeldet
reason-erased = wurde gelöscht
users-none = Keine Treffer.
users-many = Es gibt mehr Treffer, als hier angezeigt werden. Geben Sie mehr vom Namen ein.
account = Konto
registered = Registriert
origin = { $origin ->
    [app] in der App angelegt
   *[desktop] in der Desktop-App angelegt
}
permissions = Berechtigungen
history = Verlauf
nothing-yet = Noch keine Einträge.
end-live-link = Gültigen Link deaktivieren
confirm-reset = Passwort von { $name } zurücksetzen?
confirm-reset-about = Die Person erhält eine E-Mail mit einer Anleitung und einem Link, der eine Stunde lang gültig ist. Sie sehen weder den Link noch das neue Passwort. Bis der Link verwendet wird, gilt das alte Passwort weiter.
confirm-factor = Zweiten Faktor von { $name } entfernen?
confirm-factor-about = Tun Sie dies nur, wenn Sie sicher sind, wer darum bittet. Bis ein neuer eingerichtet ist, genügt zum Anmelden das Passwort allein.
done-reset-sent = Eine E-Mail mit einem Link ist unterwegs.
done-reset-suppressed = Der Link wurde nicht versendet: Ein Mailserver hat die hinterlegte Adresse abgelehnt. Korrigieren Sie die Adresse oder heben Sie die Sperre auf, und senden Sie dann einen neuen Link.
done-factor-reset = Der zweite Faktor wurde entfernt.
done-link-ended = Für dieses Konto gibt es keinen gültigen Link mehr.
done-suppression-lifted = An diese Adresse werden wieder E-Mails gesendet.
suppressed-until = An diese Adresse wird bis { $until } nichts gesendet, weil ein Mailserver sie abgelehnt hat.
lift-suppression = Sperre aufheben
because-no-permission = Dafür fehlt Ihnen die Berechtigung. Bitten Sie die Administration darum.
because-no-own-factor = Dafür brauchen Administrationskonten einen zweiten Faktor.
because-factor-unused = Sie haben in dieser Sitzung Ihren zweiten Faktor nicht verwendet. Melden Sie sich ab und mit einem Code wieder an.
because-never-signed-in = Diese Person hat sich noch nie angemeldet. Legen Sie stattdessen ein Passwort in der Desktop-App fest.
because-erased = Die Daten dieser Person wurden gelöscht.
because-no-factor = Dieses Konto hat keinen zweiten Faktor.
refused-not-eligible = Zurzeit kann kein Link gesendet werden: Die Person hat sich noch nie angemeldet, vor weniger als einer Minute einen Link erhalten oder in den letzten 24 Stunden schon fünf. Warten Sie oder legen Sie ein Passwort in der Desktop-App fest.
refused-not-possible = Das ist im Moment nicht möglich: Sehen Sie unten im Verlauf nach.

## Audit

audit-about = Alles, was geschieht, wird hier dauerhaft festgehalten.
audit-kind = Ereignis
audit-any = Alle
audit-account = Benutzername
audit-since = Von
audit-until = Bis
audit-apply = Anzeigen
audit-when = Zeitpunkt
audit-what = Ereignis
audit-whom = Betrifft
audit-who = Durch
audit-position = Nr.
audit-none = Keine passenden Einträge.
audit-older = Ältere anzeigen
audit-nobody = Diesen Benutzernamen gibt es nicht.
audit-more = Weitere Filter
audit-actor = Von wem
audit-reason = Grund
audit-correlation = Ein Vorgang (seine Kennung)
audit-no-actor = So heißt niemand. Möglich sind ein Benutzername, key:NAME, system:ROLLE oder anyone.
audit-no-id = Das ist keine Kennung wie 01a2164a-fa4d-72ff-9d06-8897de944e51.
audit-no-day = Das ist kein Tag wie 2026-05-03.
audit-no-choice = Das gibt es nicht. Wählen Sie einen Eintrag der Liste.
audit-together = Alles, was dazugehört
why-cannot_render = E-Mail konnte nicht erstellt werden
why-erased = Daten der Person gelöscht
why-message_refused = Nachricht vom Mailserver abgelehnt
why-never_signed_in = noch nie angemeldet
why-no_address = keine E-Mail-Adresse
why-other_address = andere E-Mail-Adresse hinterlegt
why-reply_lost = letzte Antwort des Mailservers verloren
why-throttled = zu schnell oder zu oft
why-too_many = fünf Links in 24 Stunden gesendet
why-too_soon = letzter Link vor weniger als einer Minute gesendet
why-unknown_username = Benutzername unbekannt
why-words_forgotten = Eingaben nicht mehr vorhanden
why-worker_died = Versandprozess ausgefallen
why-wrong_code = falscher Code
why-wrong_password = falsches Passwort
why-wrong_username = falscher Benutzername
live = Wird automatisch aktualisiert.
pause = Anhalten
actor-anyone = nicht angemeldet
actor-key = Programm { $name }
actor-system = { $role ->
    [machine] Betrieb (auf dem Server)
   *[other] der Dienst ({ $role })
}

## Mail

mail-about = Was noch zu senden ist, was daraus wurde und wo Sie eingreifen müssen.
mail-waiting = Wartend
mail-oldest = Älteste wartende
mail-failed = Eingriff nötig
mail-unknown = Vielleicht gesendet
mail-chart = E-Mails der letzten 24 Stunden, nach Stunde
mail-accepted = Angenommen
mail-dropped = Nicht mehr nötig
mail-trouble = Fehlgeschlagen
mail-chart-hour = { $hour }: { $accepted } angenommen, { $waiting } wartend, { $failed } fehlgeschlagen, { $dropped } nicht mehr nötig
mail-none = Keine passenden E-Mails.
mail-kind = E-Mail
mail-to = An
mail-state = Status
mail-age = Angefordert
mail-code = Letzte Antwort
mail-requeue = Erneut versuchen
mail-filter = Status
mail-events = Verlauf
mail-message-id = Message-ID
mail-queue-id = Kennung beim Mailserver
done-requeued = Der Versand wird erneut versucht.
refused-requeue = Ein erneuter Versuch ist nicht möglich: Die E-Mail wurde angenommen, ist unterwegs, oder der enthaltene Link ist nicht mehr gültig.
kind-reset_link = Link zum Zurücksetzen
kind-admin_reset_link = Link zum Zurücksetzen (Administration)
kind-password_changed = Hinweis auf neues Passwort
state-pending = Wartend
state-deferred = Zurückgestellt
state-waiting = In Arbeit
state-unknown = Ungewiss
state-accepted = Angenommen
state-rejected = Adresse abgelehnt
state-suppressed = Nicht gesendet
state-expired = Zu spät
state-superseded = Nicht nötig
state-unconfirmed = Nicht bestätigt
state-dead = Gescheitert
advice-pending = Der Versand beginnt, sobald ein Worker frei ist.
advice-deferred = Der Mailserver hat die E-Mail zurückgestellt oder ist nicht erreichbar. Der Versand wird automatisch erneut versucht.
advice-waiting = Ein Worker ist damit beschäftigt; der Mailserver hat noch nicht geantwortet.
advice-unknown = Die E-Mail wurde vielleicht schon gesendet. Dieselbe E-Mail wird automatisch noch einmal gesendet.
advice-accepted = Der Mailserver hat die E-Mail angenommen.
advice-rejected = Der Mailserver hat die Adresse abgelehnt. Korrigieren Sie die Adresse und versuchen Sie es erneut.
advice-suppressed = Die Adresse wurde vor Kurzem abgelehnt, daher wurde nichts gesendet. Korrigieren Sie die Adresse und versuchen Sie es erneut.
advice-expired = Für den Versand war es zu spät. Versuchen Sie es erneut, oder bitten Sie die Person, einen neuen Link anzufordern.
advice-superseded = Der enthaltene Link wurde verwendet, ersetzt oder deaktiviert.
advice-unconfirmed = Die E-Mail wurde vielleicht mehrmals zugestellt, aber der Mailserver hat es nie bestätigt. Sie wird nur noch einmal gesendet, wenn Sie es erneut versuchen.
advice-dead = Es gibt keinen weiteren automatischen Versuch. Beheben Sie, was das letzte Ereignis meldet, und versuchen Sie es erneut.
waits-for = Wartet auf { $provider }, { $seconds } s
failure-none = keine Antwort
failure-timed_out = keine rechtzeitige Antwort
failure-connection_closed = der Server hat die Verbindung geschlossen
failure-connection_refused = Verbindung abgelehnt
failure-connection_reset = Verbindung abgebrochen
failure-network_unreachable = Netz nicht erreichbar
failure-connection_failed = Verbindung fehlgeschlagen
failure-host_not_found = Hostname nicht gefunden
failure-tls_not_offered = STARTTLS wird nicht angeboten
failure-tls_not_spoken = der Server spricht auf diesem Port kein TLS
failure-tls_failed = TLS-Handshake fehlgeschlagen
failure-certificate_expired = das Zertifikat ist abgelaufen
failure-certificate_not_yet_valid = das Zertifikat ist noch nicht gültig
failure-certificate_wrong_host = das Zertifikat gilt für einen anderen Hostnamen
failure-certificate_unknown_authority = das Zertifikat stammt von einer unbekannten Zertifizierungsstelle
failure-certificate_invalid = das Zertifikat ist ungültig
failure-auth_not_offered = kein gemeinsames Anmeldeverfahren
failure-malformed_reply = ungültige Antwort
failure-unexpected_reply = unerwartete Antwort
failure-surplus_reply = nicht angeforderte Antwort
failure-provider_paused = nicht angefragt, weil der Server nicht verfügbar war
failure-shutting_down = der Dienst wurde gerade beendet
failure-inbox_unwritable = der Mailordner ist nicht beschreibbar

## Events

event-AccountRegistered = { $origin ->
    [app] Das Konto wurde in der App angelegt
   *[desktop] Das Konto wurde in der Desktop-App angelegt
}
event-SignedIn = { $channel ->
    [desktop] In der Desktop-App angemeldet
   *[app] { $second_factor ->
        [totp] Mit Passwort und Code angemeldet
        [recovery_code] Mit Passwort und Wiederherstellungscode angemeldet
       *[none] Mit dem Passwort angemeldet
    }
}
event-SignInFailed = { $reason ->
    [wrong_code] Anmeldung fehlgeschlagen: falscher Code
    [throttled] Anmeldung nicht geprüft: zu kurz nach anderen Fehlversuchen
   *[wrong_password] Anmeldung fehlgeschlagen: falsches Passwort
}
event-StrangerRefused = Anmeldeversuch mit einem Benutzernamen, den es nicht gibt
event-ResetRequested = Ein Link zum Zurücksetzen wurde angefordert
event-ResetMatched = Die Angaben passten zu einem Konto, und ein Link wurde ausgestellt
event-ResetRefused = Kein Link ausgestellt: { $reason ->
    [unknown_username] Benutzername unbekannt
    [other_address] andere E-Mail-Adresse hinterlegt
    [never_signed_in] Person noch nie angemeldet
    [too_soon] letzter Link vor weniger als einer Minute gesendet
    [too_many] fünf Links in 24 Stunden gesendet
    [throttled] zu viele Anfragen
    [erased] Daten der Person gelöscht
   *[words_forgotten] Eingaben nicht mehr vorhanden
}
event-ResetLinkIssued = Ein Link zum Zurücksetzen wurde ausgestellt, gültig bis { $expires_at }
event-AdminResetIssued = Die Administration hat einen Link zum Zurücksetzen gesendet, gültig bis { $expires_at }
event-ResetAttemptRefused = Mit dem Link wurde { $reason ->
    [wrong_code] ein falscher Code
   *[wrong_username] ein falscher Benutzername
} eingegeben
event-ResetCompleted = Der Link wurde verwendet und ein neues Passwort festgelegt
event-ResetSuperseded = Der Link wurde ungültig: { $by ->
    [newer_link] neuerer Link ausgestellt
    [sign_in] Person hat sich angemeldet
   *[new_password] Passwort geändert
}
event-ResetExpired = Der Link ist nach einer Stunde abgelaufen
event-ResetRevoked = Der Link wurde deaktiviert: { $by ->
    [owner] durch die Person selbst („Das war ich nicht“)
    [administrator] durch die Administration
    [wrong_usernames] nach fünf Fehlversuchen
   *[erasure] Daten der Person gelöscht
}
event-PasswordChanged = Das Passwort wurde geändert
event-PasswordChangeFailed = Passwortänderung fehlgeschlagen: { $reason ->
    [throttled] zu kurz nach anderen Fehlversuchen
   *[wrong_password] aktuelles Passwort falsch
}
event-PasswordSet = { $channel ->
    [app] Ein Passwort wurde festgelegt
   *[desktop] Ein Passwort wurde in der Desktop-App festgelegt
}
event-SecondFactorEnrolled = Ein zweiter Faktor wurde eingerichtet
event-RecoveryCodesReplaced = Neue Wiederherstellungscodes wurden erstellt
event-SecondFactorRemoved = Der zweite Faktor wurde entfernt: { $by ->
    [administrator] durch die Administration
   *[owner] durch die Person selbst
}
event-PermissionGranted = Berechtigung erteilt: { $permission }
event-PermissionRevoked = Berechtigung entzogen: { $permission }
event-PersonErased = Die Daten der Person wurden gelöscht
event-SuppressionLifted = Die Sperre der E-Mail-Adresse wurde aufgehoben
event-MailRequested = { $kind ->
    [reset_link] Zu senden: E-Mail mit dem Link zum Zurücksetzen
    [admin_reset_link] Zu senden: E-Mail mit einem Link zum Zurücksetzen von der Administration
   *[password_changed] Zu senden: Hinweis auf das neue Passwort
}
event-MailDeferred = Der Versand wurde zurückgestellt: { $answer }, nächster Versuch { $due_at }
event-MailRerouted = { $provider } hat die E-Mail abgelehnt ({ $answer }); ein anderer Mailserver wird gefragt
event-MailOutcomeUnknown = Die E-Mail wurde vielleicht schon gesendet: { $reason ->
    [worker_died] Worker ausgefallen
   *[reply_lost] letzte Antwort verloren ({ $answer })
}; dieselbe E-Mail wird noch einmal gesendet
event-MailUnconfirmed = Der Versand wurde eingestellt: Vielleicht wurden { $copies } Exemplare zugestellt, der Mailserver hat keines bestätigt
event-MailAccepted = Der Mailserver hat die E-Mail angenommen ({ $code })
event-MailRejected = Der Mailserver hat die Adresse abgelehnt ({ $answer })
event-MailSuppressed = Die E-Mail wurde nicht gesendet: Die Adresse wurde vor Kurzem abgelehnt
event-MailExpired = Die E-Mail wurde nicht gesendet: Es war zu spät dafür
event-MailSuperseded = Die E-Mail wurde nicht gesendet: Ihr Link wurde verwendet, ersetzt oder deaktiviert
event-MailDead = Der Versand ist gescheitert: { $reason ->
    [cannot_render] E-Mail konnte nicht erstellt werden
    [no_address] keine Adresse vorhanden
   *[message_refused] vom Mailserver abgelehnt ({ $answer })
}
event-MailRequeued = Der Versand soll erneut versucht werden

## What went wrong

problem-malformed-body = Die Anfrage ist nicht lesbar
problem-malformed-body-advice = Gehen Sie zurück und versuchen Sie es erneut.
problem-invalid-request = Diese Eingaben sind hier nicht möglich
problem-invalid-request-advice = Gehen Sie zurück, prüfen Sie Ihre Eingaben und versuchen Sie es erneut.
problem-body-too-large = Die Eingaben sind zu umfangreich
problem-body-too-large-advice = Gehen Sie zurück und geben Sie weniger ein.
problem-unsupported-media-type = Die Anfrage ist nicht lesbar
problem-unsupported-media-type-advice = Gehen Sie zurück und versuchen Sie es erneut.
problem-not-found = Hier gibt es nichts
problem-not-found-advice = Vielleicht enthält die Adresse einen Tippfehler, oder der Inhalt wurde entfernt.
problem-method-not-allowed = Das geht hier nicht
problem-method-not-allowed-advice = Gehen Sie zurück und versuchen Sie es auf anderem Weg.
problem-not-signed-in = Sie sind nicht angemeldet
problem-not-signed-in-advice = Melden Sie sich zuerst an.
problem-wrong-credentials = Benutzername, Passwort oder Code ist falsch
problem-wrong-credentials-advice = Gehen Sie zurück und versuchen Sie es erneut.
problem-second-factor-required = Ein zweiter Faktor ist erforderlich
problem-second-factor-required-advice = Richten Sie in Ihrem Profil einen ein, oder melden Sie sich mit seinem Code neu an.
problem-wrong-password = Das aktuelle Passwort ist falsch
problem-wrong-password-advice = Gehen Sie zurück und versuchen Sie es erneut.
problem-wrong-code = Der Code ist falsch
problem-wrong-code-advice = Gehen Sie zurück und versuchen Sie es mit dem nächsten Code aus Ihrer App.
problem-wrong-username = Der Benutzername gehört nicht zum Konto dieses Links
problem-wrong-username-advice = Gehen Sie zurück und geben Sie den Benutzernamen ein, für den der Link gesendet wurde.
problem-missing-permission = Sie haben hier keinen Zugriff
problem-missing-permission-advice = Ihnen fehlt eine Berechtigung. Bitten Sie die Administration darum.
problem-password-change-required = Sie müssen zuerst Ihr Passwort ändern
problem-password-change-required-advice = Ändern Sie es in Ihrem Profil.
problem-link-unusable = Der Link kann nicht verwendet werden
problem-link-unusable-advice = Fordern Sie einen neuen an.
problem-password-rejected = Das neue Passwort ist nicht zulässig
problem-password-rejected-advice = Gehen Sie zurück und wählen Sie ein anderes.
problem-not-eligible = Es kann kein Link gesendet werden
problem-not-eligible-advice = Legen Sie ein Passwort in der Desktop-App fest.
problem-username-taken = Der Benutzername ist schon vergeben
problem-username-taken-advice = Wählen Sie einen anderen.
problem-not-possible = Das ist im Moment nicht möglich
problem-not-possible-advice = Gehen Sie zurück und laden Sie die Seite neu.
problem-too-many-attempts = Zu viele Versuche
problem-too-many-attempts-advice = Versuchen Sie es in { $wait } erneut.
problem-idempotency-key-reused = Das wurde schon einmal mit anderem Inhalt gesendet
problem-idempotency-key-reused-advice = Laden Sie die Seite neu und versuchen Sie es erneut.
problem-disturbed = Zu viele gleichzeitige Vorgänge
problem-disturbed-advice = Es wurde nichts geändert. Versuchen Sie es in { $wait } erneut.
problem-uncertain = Es ist unklar, ob dies ausgeführt wurde
problem-uncertain-advice = Prüfen Sie, ob es ausgeführt wurde. Wenn nicht, versuchen Sie es in { $wait } erneut.
problem-unavailable = Der Dienst ist nicht verfügbar
problem-unavailable-advice = Es wurde nichts geändert. Versuchen Sie es in { $wait } erneut.
problem-stale-form = Dieses Formular ist veraltet
problem-stale-form-advice = Es wurde nichts geändert. Öffnen Sie die Seite noch einmal und versuchen Sie es erneut. Cookies müssen erlaubt sein.
problem-internal = Bei uns ist ein Fehler aufgetreten
problem-internal-advice = Melden Sie ihn mit Angabe der Uhrzeit Ihrer Systemadministration.

## What became of a reset, in one sentence
story-somebody = jemand
story-asked = { $whom } hat einen Link angefordert
story-sent = { $by } hat { $whom } einen Link geschickt
story-used = { $network ->
    [same] aus demselben Netz verwendet
    [other] aus einem anderen Netz verwendet
   *[unknown] verwendet
}
story-mail = { $outcome ->
    [MailAccepted] E-Mail angenommen
    [MailDeferred] E-Mail zurückgestellt
    [MailRerouted] E-Mail zu einem anderen Mailserver gebracht
    [MailOutcomeUnknown] unklar, ob die E-Mail hinausging
    [MailUnconfirmed] Zustellung nie bestätigt
    [MailRejected] Adresse abgelehnt
    [MailDead] E-Mail aufgegeben
    [MailRequeued] E-Mail wird noch einmal versucht
   *[other] E-Mail nicht gesendet
}
story-later = { $what } { $span } später
story-times = { $what } ({ $times }-mal)
