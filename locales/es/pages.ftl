### What the pages say. Labels are those of the product: they stand in instructions elsewhere, word for word.

## Every page

skip = Ir al contenido
menu = Menú
utilities = Utilidades
security = Seguridad
operations = Operaciones
users = Usuarios
audit = Auditoría
mail = Correo
profile = Perfil
sign-in = Iniciar sesión
sign-out = Cerrar sesión
language = Idioma
contact = el equipo de administración del sistema
help = ¿Tiene preguntas? Contacto: { $contact }
to-the-beginning = Ir al inicio
cancel = Cancelar
save = Guardar
print = Imprimir
on = Activado
off = Desactivado
never = Nunca
erased = (datos eliminados)
next-page = Página siguiente
previous-page = Página anterior
show = Mostrar
hide = Ocultar
# How long to wait: it stands in "Vuelva a intentarlo dentro de …".
wait-seconds = { $count ->
    [one] { $count } segundo
   *[other] { $count } segundos
}
wait-minutes = { $count ->
    [one] { $count } minuto
   *[other] { $count } minutos
}
strength = Seguridad de la contraseña
strength-0 = Muy débil
strength-1 = Débil
strength-2 = Aceptable
strength-3 = Buena
strength-4 = Fuerte

field-needed = Complete este campo.
field-too-long = El texto es demasiado largo.
field-untypable = El texto contiene caracteres no permitidos.

## Signing in

username = Nombre de usuario
password = Contraseña
sign-in-for = Para continuar en { $host }
sign-in-wrong-credentials = El nombre de usuario o la contraseña no son correctos. Inténtelo de nuevo o restablezca su contraseña si la ha olvidado.
sign-in-too-many-attempts = Demasiados intentos. Vuelva a intentarlo dentro de { $wait }.
forgot-your-password = ¿Ha olvidado su contraseña?
code-step = Segundo factor
code-step-about = La contraseña es correcta. Introduzca ahora el código que muestra su aplicación de autenticación.
code = Código
code-step-recovery = ¿Ha perdido el dispositivo? Aquí también sirve un código de recuperación.
code-step-lost = ¿Ha perdido ambas cosas? Contacto: { $contact }
code-step-wrong-credentials = El código no es correcto o ya se ha usado. Pruebe con el siguiente que muestre la aplicación.
code-too-long = El código es demasiado largo. Escriba solo el código.
code-step-too-many-attempts = Demasiados intentos. Vuelva a intentarlo dentro de { $wait }.
begin-again = Empezar de nuevo
done-begin-again = Ha pasado demasiado tiempo. Vuelva a iniciar sesión.
done-out = Ha cerrado la sesión.
done-reset = Su contraseña se ha restablecido. Inicie sesión con la nueva.

## A forgotten password

forgot-about = Introduzca el correo electrónico que tiene registrado y su nombre de usuario. Si corresponden a una cuenta, recibirá un mensaje con un enlace válido durante una hora.
registered-email = Correo electrónico registrado
send-reset-link = Enviar enlace
back-to-sign-in = Volver al inicio de sesión
requested = Revise su correo
requested-about = Si ese nombre de usuario y ese correo electrónico pertenecen a una cuenta cuya contraseña se puede restablecer aquí, en breve le llegará un mensaje con un enlace.
requested-hour = El enlace es válido durante una hora y funciona una sola vez. Mientras no lo use, su contraseña anterior no cambia.
requested-nothing = ¿No ha recibido nada pasados unos minutos? Mire en la carpeta de spam o pida que le restablezcan la contraseña en la aplicación de escritorio. Contacto: { $contact }
ask-again = Solicitar de nuevo

reset-password = Restablecer contraseña
reset-about = Introduzca su nombre de usuario y una contraseña nueva. Si usa la autenticación multifactor, esta no cambia.
link-code = Código del correo
link-code-hint = Copie el enlace completo del correo o solo lo que aparece después de #.
new-password = Contraseña nueva
password-hint = Al menos 15 caracteres, u 8 si usa un segundo factor. Puede usar varias palabras; no hacen falta caracteres especiales.
reset-code-hint = Solo si usa un segundo factor: el código de su aplicación de autenticación o un código de recuperación.
reset-wrong-username = El enlace no se envió para este nombre de usuario. Tras cinco nombres de usuario erróneos distintos, el enlace se anula.
reset-wrong-code = El código no es correcto o ya se ha usado. Pruebe con el siguiente que muestre la aplicación.
reset-code-needed = Su cuenta tiene un segundo factor: introduzca también su código.
ask-for-new-link = Solicitar otro enlace

link-completed = Este enlace ya se ha usado
link-completed-advice = Funciona una sola vez y con él se cambió su contraseña. Si no fue usted, solicite otro enlace de inmediato.
link-superseded = Este enlace ya no sirve
link-superseded-advice = Lo ha anulado un enlace más reciente, una contraseña nueva o un inicio de sesión. Busque el correo más reciente o solicite otro enlace.
link-expired = Este enlace ha caducado
link-expired-advice = Los enlaces son válidos durante una hora. Su contraseña no se ha cambiado. Solicite otro enlace.
link-revoked = Este enlace se ha anulado
link-revoked-advice = Alguien lo anuló a propósito o hubo demasiados intentos fallidos. Su contraseña no se ha cambiado. Solicite otro enlace.
link-unknown = Este enlace está incompleto
link-unknown-advice = Puede que el programa de correo lo haya cortado. Copie el enlace completo del correo o solicite otro.

not-me = No he sido yo
not-me-about = ¿Otra persona ha solicitado un enlace para restablecer su contraseña? Anúlelo aquí y nadie podrá usarlo. Su contraseña no cambia.
end-the-link = Anular el enlace
not-me-unknown = Este enlace está incompleto. Copie el enlace completo del correo.
not-me-completed = Este enlace ya se usó y con él se estableció una contraseña nueva. Si no fue usted, avise de inmediato. Contacto: { $contact }
not-me-done = El enlace se ha anulado
not-me-done-about = Ya nadie puede usarlo. Su contraseña no cambia.
not-me-worried = Si vuelve a ocurrir, avise. Contacto: { $contact }

## Passwords that are not taken

rejected-too_short = Use al menos 15 caracteres (8 con un segundo factor). Puede usar varias palabras.
rejected-too_long = Use como máximo 1024 bytes.
rejected-untypable = No use caracteres de control, como tabuladores o saltos de línea.
rejected-like_you = No incluya su nombre de usuario, su correo electrónico ni el nombre de este servicio.
rejected-too_common = Es una de las primeras contraseñas que se prueban en un ataque. Use una menos común.
rejected-unchanged = Use una contraseña distinta de la actual.

## Profile

back-to-host = Volver a { $host }
must-change = Otra persona estableció su contraseña. Elija una propia antes de continuar.
change-password = Cambiar contraseña
current-password = Contraseña actual
confirm-password = Confirmar contraseña
update-password = Actualizar contraseña
change-password-mismatch = Las dos contraseñas nuevas no coinciden.
change-password-wrong-current = La contraseña actual no es correcta.
change-password-too-many = Demasiados intentos. Vuelva a intentarlo dentro de { $wait }.
done-password = Su contraseña se ha cambiado. Se han cerrado todas las demás sesiones.

second-factor = Segundo factor
second-factor-on = Al iniciar sesión se le pide un código de su aplicación de autenticación.
second-factor-off = Con una aplicación de autenticación en su teléfono, su contraseña por sí sola ya no basta para entrar en su cuenta.
second-factor-unused = Para cambiar esto o realizar tareas de administración, cierre la sesión y vuelva a iniciarla con un código.
set-up-second-factor = Configurar segundo factor
second-factor-scan = Escanee este código con una aplicación de autenticación. Después, introduzca el código que muestre.
qr-code = Código QR para la aplicación de autenticación
second-factor-type = ¿No puede escanearlo? Introduzca esta clave en la aplicación
second-factor-code = Código de la aplicación
second-factor-confirm = Activar
second-factor-wrong-code = El código no es correcto. Pruebe con el siguiente que muestre la aplicación y compruebe la hora de su teléfono.
second-factor-over = Ha pasado más de una hora. Configure de nuevo el segundo factor con el nuevo código QR.
remove-second-factor = Quitar segundo factor
new-recovery-codes = Nuevos códigos de recuperación
recovery-codes = Códigos de recuperación
recovery-codes-about = Cada uno de estos códigos sustituye una vez al de la aplicación cuando no tenga el teléfono a mano. Imprímalos o guárdelos en un gestor de contraseñas: no se volverán a mostrar.
recovery-codes-kept = Ya los he guardado
done-factor-enrolled = Su segundo factor está activado. Se le pedirá a partir del próximo inicio de sesión.
done-factor-removed = Se ha quitado su segundo factor.

sessions = Sesiones abiertas
session-device = Dispositivo
session-opened = Inicio de sesión
session-seen = Última actividad
session-this = Esta sesión
session-end = Cerrar
session-end-this = Cerrar: { $device }
session-end-others = Cerrar todas las demás
session-unknown-device = Dispositivo desconocido
done-session-ended = La sesión se ha cerrado.
done-sessions-ended = Se han cerrado todas las demás sesiones.

preferences = Idioma y zona horaria
zone = Zona horaria
preferences-about = Se aplica a las páginas y a los correos.
done-preferences = Cambios guardados.

## Users

users-search = Nombre de usuario o correo que empieza por
search = Buscar
user = Usuario
address = Correo electrónico
last-sign-in = Último inicio de sesión
self-service = Puede solicitar un enlace
by-administrator = Se le puede enviar un enlace
possible = Sí
not-possible = No
reason-never_signed_in = nunca ha iniciado sesión
reason-erased = datos eliminados
users-none = Sin resultados.
users-many = Hay más resultados de los que se muestran. Escriba algo más del nombre.
account = Cuenta
registered = Registro
origin = { $origin ->
    [app] creada en la aplicación
   *[desktop] creada en la aplicación de escritorio
}
permissions = Permisos
history = Historial
nothing-yet = Aún no hay nada.
end-live-link = Anular su enlace vigente
confirm-reset = ¿Restablecer la contraseña de { $name }?
confirm-reset-about = Esta persona recibirá un correo con instrucciones y un enlace válido durante una hora. Usted no verá ni el enlace ni la contraseña nueva. Mientras no se use el enlace, la contraseña anterior no cambia.
confirm-factor = ¿Quitar el segundo factor de { $name }?
confirm-factor-about = Hágalo solo si tiene la certeza de quién lo pide. Hasta que se configure uno nuevo, bastará la contraseña para iniciar sesión.
done-reset-sent = El correo con el enlace está en camino.
done-reset-suppressed = El enlace no se ha enviado: un servidor de correo rechazó la dirección registrada. Corrija la dirección o levante el bloqueo y envíe otro enlace.
done-factor-reset = Se ha quitado el segundo factor.
done-link-ended = Esta cuenta ya no tiene ningún enlace vigente.
done-suppression-lifted = Se vuelven a enviar correos a esta dirección.
suppressed-until = No se envía nada a esta dirección hasta el { $until } porque un servidor de correo la rechazó.
lift-suppression = Levantar el bloqueo
because-no-permission = No tiene permiso para hacer esto. Solicítelo al equipo de administración.
because-no-own-factor = Para esto, las cuentas de administración necesitan un segundo factor.
because-factor-unused = No ha usado su segundo factor en esta sesión. Cierre la sesión y vuelva a iniciarla con un código.
because-never-signed-in = Esta persona nunca ha iniciado sesión. Establezca una contraseña en la aplicación de escritorio.
because-erased = Los datos de esta persona se han eliminado.
because-no-factor = Esta cuenta no tiene segundo factor.
refused-not-eligible = Ahora no se puede enviar ningún enlace: esta persona nunca ha iniciado sesión, recibió uno hace menos de un minuto o ya recibió cinco en las últimas 24 horas. Espere o establezca una contraseña en la aplicación de escritorio.
refused-not-possible = Ahora mismo no es posible: consulte el historial más abajo.

## Audit

audit-about = Aquí queda constancia permanente de todo lo que ocurre.
audit-kind = Evento
audit-any = Todos
audit-account = Nombre de usuario
audit-since = Desde
audit-until = Hasta
audit-apply = Mostrar
audit-when = Fecha
audit-what = Evento
audit-whom = Afecta a
audit-who = Por
audit-position = N.º
audit-none = No hay registros que coincidan.
audit-older = Ver anteriores
audit-nobody = Ese nombre de usuario no existe.
audit-more = Más filtros
audit-actor = Por quién
audit-reason = Motivo
audit-correlation = Un suceso (su identificador)
audit-no-actor = Nadie se llama así. Puede ser un nombre de usuario, key:NOMBRE, system:ROL o anyone.
audit-no-id = No es un identificador como 01a2164a-fa4d-72ff-9d06-8897de944e51.
audit-no-day = No es un día como 2026-05-03.
audit-no-choice = No existe. Elija uno de la lista.
audit-together = Todo lo que va junto
why-cannot_render = no se pudo redactar el correo
why-erased = datos de la persona eliminados
why-message_refused = mensaje rechazado por el servidor de correo
why-never_signed_in = nunca ha iniciado sesión
why-no_address = sin correo electrónico
why-other_address = correo electrónico distinto al de la cuenta
why-reply_lost = se perdió la última respuesta del servidor de correo
why-throttled = demasiado pronto o demasiadas veces
why-too_many = cinco enlaces enviados en 24 horas
why-too_soon = último enlace enviado hace menos de un minuto
why-unknown_username = el nombre de usuario no existe
why-words_forgotten = los datos introducidos ya no estaban disponibles
why-worker_died = falló el proceso de envío
why-wrong_code = código incorrecto
why-wrong_password = contraseña incorrecta
why-wrong_username = nombre de usuario incorrecto
live = Se actualiza automáticamente.
pause = Pausar
actor-anyone = sin iniciar sesión
actor-key = programa { $name }
actor-system = { $role ->
    [machine] operación (en el servidor)
   *[other] el servicio ({ $role })
}

## Mail

mail-about = Qué queda por enviar, qué ha sido de cada correo y dónde hay que intervenir.
mail-waiting = En espera
mail-oldest = El más antiguo en espera
mail-failed = Requieren intervención
mail-unknown = Quizá enviados
mail-chart = Correos de las últimas 24 horas, por hora
mail-accepted = Aceptados
mail-dropped = Ya no necesarios
mail-trouble = Fallidos
mail-chart-hour = { $hour }: aceptados { $accepted }, en espera { $waiting }, fallidos { $failed }, ya no necesarios { $dropped }
mail-none = No hay correos que coincidan.
mail-kind = Correo
mail-to = Para
mail-state = Estado
mail-age = Solicitado
mail-code = Última respuesta
mail-requeue = Reintentar
mail-filter = Estado
mail-events = Historial
mail-message-id = Message-ID
mail-queue-id = Identificador en el servidor de correo
done-requeued = Se volverá a intentar el envío.
refused-requeue = No se puede reintentar: el mensaje fue aceptado, está en camino o el enlace que contiene ya no es válido.
kind-reset_link = Enlace de restablecimiento
kind-admin_reset_link = Enlace de restablecimiento (administración)
kind-password_changed = Aviso de contraseña nueva
state-pending = En espera
state-deferred = Aplazado
state-waiting = En curso
state-unknown = Sin confirmar
state-accepted = Aceptado
state-rejected = Dirección rechazada
state-suppressed = No enviado
state-expired = Demasiado tarde
state-superseded = No necesario
state-unconfirmed = No confirmado
state-dead = Fallido
advice-pending = Se intentará en cuanto haya un proceso de envío libre.
advice-deferred = El servidor de correo lo ha aplazado o no responde. Se reintenta automáticamente.
advice-waiting = Lo tiene un proceso de envío; el servidor de correo aún no ha contestado.
advice-unknown = Quizá ya se haya enviado. El mismo correo se envía otra vez automáticamente.
advice-accepted = El servidor de correo lo ha aceptado.
advice-rejected = El servidor de correo ha rechazado la dirección. Corríjala y reinténtelo.
advice-suppressed = La dirección se rechazó hace poco, por lo que no se ha enviado nada. Corríjala y reinténtelo.
advice-expired = Ya era demasiado tarde para enviarlo. Reinténtelo o pida a la persona que solicite otro enlace.
advice-superseded = El enlace que contiene se ha usado, sustituido o anulado.
advice-unconfirmed = Quizá se haya entregado varias veces, pero el servidor de correo nunca lo confirmó. No se vuelve a enviar a menos que usted lo reintente.
advice-dead = No se reintenta automáticamente. Corrija lo que indica el último evento y reinténtelo.
waits-for = Espera a { $provider }, { $seconds } s
failure-none = sin respuesta
failure-timed_out = sin respuesta a tiempo
failure-connection_closed = el servidor cerró la conexión
failure-connection_refused = conexión rechazada
failure-connection_reset = conexión interrumpida
failure-network_unreachable = red inaccesible
failure-connection_failed = falló la conexión
failure-host_not_found = no se encontró el nombre de host
failure-tls_not_offered = no se ofrece STARTTLS
failure-tls_not_spoken = el servidor no usa TLS en este puerto
failure-tls_failed = falló la negociación TLS
failure-certificate_expired = el certificado ha caducado
failure-certificate_not_yet_valid = el certificado aún no es válido
failure-certificate_wrong_host = el certificado es de otro nombre de host
failure-certificate_unknown_authority = el certificado es de una autoridad desconocida
failure-certificate_invalid = el certificado no es válido
failure-auth_not_offered = ningún mecanismo de autenticación en común
failure-malformed_reply = respuesta mal formada
failure-unexpected_reply = respuesta inesperada
failure-surplus_reply = respuesta no solicitada
failure-provider_paused = no se consultó porque el servidor no ha estado disponible
failure-shutting_down = el servicio se estaba deteniendo
failure-inbox_unwritable = no se puede escribir en la carpeta de correo

## Events

event-AccountRegistered = { $origin ->
    [app] La cuenta se creó en la aplicación
   *[desktop] La cuenta se creó en la aplicación de escritorio
}
event-SignedIn = { $channel ->
    [desktop] Inicio de sesión en la aplicación de escritorio
   *[app] { $second_factor ->
        [totp] Inicio de sesión con contraseña y código
        [recovery_code] Inicio de sesión con contraseña y código de recuperación
       *[none] Inicio de sesión con la contraseña
    }
}
event-SignInFailed = { $reason ->
    [wrong_code] Inicio de sesión fallido: código incorrecto
    [throttled] Inicio de sesión no comprobado: demasiado pronto tras otros intentos fallidos
   *[wrong_password] Inicio de sesión fallido: contraseña incorrecta
}
event-StrangerRefused = Intento de inicio de sesión con un nombre de usuario que no existe
event-ResetRequested = Se solicitó un enlace de restablecimiento
event-ResetMatched = La solicitud correspondía a una cuenta y se emitió un enlace
event-ResetRefused = No se emitió ningún enlace: { $reason ->
    [unknown_username] el nombre de usuario no existe
    [other_address] el correo electrónico no es el de la cuenta
    [never_signed_in] la persona nunca ha iniciado sesión
    [too_soon] el último enlace se envió hace menos de un minuto
    [too_many] se enviaron cinco enlaces en 24 horas
    [throttled] demasiadas solicitudes
    [erased] los datos de la persona se eliminaron
   *[words_forgotten] los datos introducidos ya no estaban disponibles
}
event-ResetLinkIssued = Se emitió un enlace de restablecimiento, válido hasta { $expires_at }
event-AdminResetIssued = La administración envió un enlace de restablecimiento, válido hasta { $expires_at }
event-ResetAttemptRefused = Se probó el enlace con { $reason ->
    [wrong_code] un código incorrecto
   *[wrong_username] un nombre de usuario incorrecto
}
event-ResetCompleted = Se usó el enlace y se estableció una contraseña nueva
event-ResetSuperseded = El enlace dejó de valer: { $by ->
    [newer_link] se emitió uno más reciente
    [sign_in] la persona inició sesión
   *[new_password] se cambió la contraseña
}
event-ResetExpired = El enlace caducó al cabo de una hora
event-ResetRevoked = El enlace fue anulado { $by ->
    [owner] por la propia persona («No he sido yo»)
    [administrator] por la administración
    [wrong_usernames] tras cinco intentos fallidos
   *[erasure] al eliminarse los datos de la persona
}
event-PasswordChanged = Se cambió la contraseña
event-PasswordChangeFailed = Cambio de contraseña fallido: { $reason ->
    [throttled] demasiado pronto tras otros intentos fallidos
   *[wrong_password] contraseña actual incorrecta
}
event-PasswordSet = { $channel ->
    [app] Se estableció una contraseña
   *[desktop] Se estableció una contraseña en la aplicación de escritorio
}
event-SecondFactorEnrolled = Se configuró un segundo factor
event-RecoveryCodesReplaced = Se crearon nuevos códigos de recuperación
event-SecondFactorRemoved = El segundo factor fue retirado { $by ->
    [administrator] por la administración
   *[owner] por la propia persona
}
event-PermissionGranted = Permiso concedido: { $permission }
event-PermissionRevoked = Permiso retirado: { $permission }
event-PersonErased = Se eliminaron los datos de la persona
event-SuppressionLifted = Se levantó el bloqueo de la dirección de correo
event-MailRequested = { $kind ->
    [reset_link] Por enviar: correo con el enlace de restablecimiento
    [admin_reset_link] Por enviar: correo con un enlace de restablecimiento de la administración
   *[password_changed] Por enviar: aviso de la contraseña nueva
}
event-MailDeferred = El correo se aplazó: { $answer }, próximo intento { $due_at }
event-MailRerouted = { $provider } rechazó el correo ({ $answer }); se prueba con otro servidor de correo
event-MailOutcomeUnknown = Quizá el correo ya se haya enviado: { $reason ->
    [worker_died] el proceso de envío se interrumpió
   *[reply_lost] se perdió la última respuesta ({ $answer })
}; se envía otra vez el mismo
event-MailUnconfirmed = El envío se ha detenido: quizá se hayan entregado { $copies } copias y el servidor de correo no confirmó ninguna
event-MailAccepted = El servidor de correo aceptó el correo ({ $code })
event-MailRejected = El servidor de correo rechazó la dirección ({ $answer })
event-MailSuppressed = El correo no se envió: la dirección se rechazó hace poco
event-MailExpired = El correo no se envió: ya era demasiado tarde
event-MailSuperseded = El correo no se envió: su enlace se usó, se sustituyó o se anuló
event-MailDead = El envío ha fallado: { $reason ->
    [cannot_render] no se pudo redactar el correo
    [no_address] no hay ninguna dirección
   *[message_refused] el servidor de correo lo rechazó ({ $answer })
}
event-MailRequeued = Se reintentará el envío

## What went wrong

problem-malformed-body = La solicitud no se puede leer
problem-malformed-body-advice = Vuelva atrás e inténtelo de nuevo.
problem-invalid-request = Esta página no admite esos datos
problem-invalid-request-advice = Vuelva atrás, revise los datos e inténtelo de nuevo.
problem-body-too-large = Son demasiados datos
problem-body-too-large-advice = Vuelva atrás y envíe menos.
problem-unsupported-media-type = La solicitud no se puede leer
problem-unsupported-media-type-advice = Vuelva atrás e inténtelo de nuevo.
problem-not-found = Aquí no hay nada
problem-not-found-advice = Puede que la dirección esté mal escrita o que lo que había aquí ya no exista.
problem-method-not-allowed = Eso no funciona aquí
problem-method-not-allowed-advice = Vuelva atrás y pruebe de otra forma.
problem-not-signed-in = No ha iniciado sesión
problem-not-signed-in-advice = Inicie sesión primero.
problem-wrong-credentials = El nombre de usuario, la contraseña o el código no son correctos
problem-wrong-credentials-advice = Vuelva atrás e inténtelo de nuevo.
problem-second-factor-required = Se necesita un segundo factor
problem-second-factor-required-advice = Configure uno en su perfil o vuelva a iniciar sesión con su código.
problem-wrong-password = La contraseña actual no es correcta
problem-wrong-password-advice = Vuelva atrás e inténtelo de nuevo.
problem-wrong-code = El código no es correcto
problem-wrong-code-advice = Vuelva atrás y pruebe con el siguiente que muestre su aplicación.
problem-wrong-username = El nombre de usuario no es el de la cuenta del enlace
problem-wrong-username-advice = Vuelva atrás y escriba el nombre de usuario para el que se envió.
problem-missing-permission = No tiene acceso a esta página
problem-missing-permission-advice = Le falta un permiso. Solicítelo al equipo de administración.
problem-password-change-required = Antes debe cambiar su contraseña
problem-password-change-required-advice = Cámbiela en su perfil.
problem-link-unusable = El enlace no se puede usar
problem-link-unusable-advice = Solicite otro.
problem-password-rejected = La contraseña nueva no es válida
problem-password-rejected-advice = Vuelva atrás y elija otra.
problem-not-eligible = No se puede enviar ningún enlace
problem-not-eligible-advice = Establezca una contraseña en la aplicación de escritorio.
problem-username-taken = El nombre de usuario ya está en uso
problem-username-taken-advice = Elija otro.
problem-not-possible = Ahora mismo no es posible
problem-not-possible-advice = Vuelva atrás y recargue la página.
problem-too-many-attempts = Demasiados intentos
problem-too-many-attempts-advice = Vuelva a intentarlo dentro de { $wait }.
problem-idempotency-key-reused = Esto ya se envió antes con otro contenido
problem-idempotency-key-reused-advice = Recargue la página e inténtelo de nuevo.
problem-disturbed = Demasiadas operaciones simultáneas
problem-disturbed-advice = No se ha cambiado nada. Vuelva a intentarlo dentro de { $wait }.
problem-uncertain = No se sabe si la acción se realizó
problem-uncertain-advice = Compruebe si se realizó. Si no, vuelva a intentarlo dentro de { $wait }.
problem-unavailable = El servicio no está disponible
problem-unavailable-advice = No se ha cambiado nada. Vuelva a intentarlo dentro de { $wait }.
problem-stale-form = Este formulario ha caducado
problem-stale-form-advice = No se ha cambiado nada. Abra la página otra vez e inténtelo de nuevo. Debe permitir las cookies.
problem-internal = Se ha producido un error en nuestro sistema
problem-internal-advice = Comuníquelo al equipo de administración del sistema e indique la hora.

## What became of a reset, in one sentence
story-somebody = alguien
story-asked = { $whom } solicitó un enlace
story-sent = { $by } envió un enlace a { $whom }
story-used = { $network ->
    [same] usado desde la misma red
    [other] usado desde otra red
   *[unknown] usado
}
story-mail = { $outcome ->
    [MailAccepted] correo aceptado
    [MailDeferred] correo aplazado
    [MailRerouted] correo llevado a otro servidor
    [MailOutcomeUnknown] no se sabía si el correo había salido
    [MailUnconfirmed] entrega nunca confirmada
    [MailRejected] dirección rechazada
    [MailDead] correo abandonado
    [MailRequeued] correo por reintentar
   *[other] correo no enviado
}
story-later = { $what } { $span } después
story-times = { $what } ({ $times } veces)
