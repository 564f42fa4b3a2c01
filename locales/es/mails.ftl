# The words of the mails. $product is the service's name, $contact how the administrator is reached: it always
# follows "en contacto con" or "de inmediato con".

## All mails

hello = Hola, { $username }:
contact = el administrador de su sistema
valid-minutes = { $count ->
    [one] { $count } minuto
   *[other] { $count } minutos
}
valid-hours = { $count ->
    [one] { $count } hora
   *[other] { $count } horas
}
# The link stands below, alone on its line. $validity: 1 hora
link-opens = Este enlace abre una página que le pide su nombre de usuario y una contraseña nueva. Es válido durante { $validity } y funciona una sola vez:
# Read aloud in place of the link.
link-aloud = Elegir una contraseña nueva

## Somebody asked for a reset

reset-link-subject = Restablezca su contraseña de { $product }
reset-link-heading = Restablezca su contraseña
# Follows the greeting.
reset-link-why = Usted, o alguien que conoce su nombre de usuario y su dirección de correo, ha solicitado una contraseña nueva para su cuenta en { $product }.
reset-link-afterwards = Después, inicie sesión con la contraseña nueva. La autenticación multifactor, si la utiliza, no cambia.
reset-link-not-me = ¿No ha sido usted? Entonces ignore este correo: su contraseña seguirá siendo la misma.
# The second link stands below, alone on its line.
reset-link-end-it = También puede anular el enlace ahora mismo:
reset-link-end-it-aloud = Anular el enlace
reset-link-help = Si necesita ayuda, póngase en contacto con { $contact }.

## An administrator started a reset

admin-reset-subject = Un administrador ha iniciado el restablecimiento de su contraseña de { $product }
admin-reset-heading = Un administrador ha iniciado el restablecimiento de su contraseña
# Follows the greeting.
admin-reset-why = Un administrador ha iniciado el restablecimiento de la contraseña de su cuenta en { $product }.
admin-reset-afterwards = Hasta entonces, su contraseña anterior sigue siendo válida. Después, inicie sesión con la nueva. La autenticación multifactor, si la utiliza, no cambia. El administrador no ve ni este enlace ni su contraseña.
admin-reset-help = Si no esperaba este correo, o si el enlace ya no es válido, póngase en contacto con { $contact }.

## The notice after each change of a password

changed-subject = Se ha cambiado su contraseña de { $product }
changed-heading = Se ha cambiado su contraseña
# Follows the greeting. $when: 3 de mayo de 2026 a las 14:03 (Europe/Berlin)
changed-what = La contraseña de su cuenta en { $product } se cambió el { $when }. Se han cerrado todas las demás sesiones.
changed-me = Si ha sido usted, no tiene que hacer nada.
changed-not-me = ¿No ha sido usted? Póngase en contacto de inmediato con { $contact }.
# The link stands below, alone on its line.
changed-report = También puede comunicarlo aquí:
changed-report-aloud = Comunicar que no ha sido usted

## A checkpoint of the log, for auditors

checkpoint-subject = { $product }: un punto de control del registro, { $size } eventos
# $origin: login.example.org/log/1, $when: 3 de mayo de 2026 a las 14:03 (UTC)
checkpoint-what = El registro de { $product } ({ $origin }) tenía { $size } eventos el { $when }. El archivo adjunto es un punto de control: un resumen criptográfico firmado de todos ellos.
checkpoint-keep = Conserve el archivo adjunto ({ $file }) tal como está, donde nadie que administre { $product } pueda modificarlo. No hay que hacer nada más.
# A command stands below, alone on its line.
checkpoint-use = Con él se puede comprobar en cualquier momento si alguno de estos eventos se ha alterado, eliminado o recortado desde entonces. Con acceso al registro y la clave pública de su sello, ejecute:
