resource "aws_secretsmanager_secret" "this" {
  for_each = nonsensitive(toset(keys(var.values)))

  name                    = "${var.name}/${each.key}"
  description             = "${var.name}: ${each.key}"
  kms_key_id              = var.key_arn
  recovery_window_in_days = var.recovery_days
}

resource "aws_secretsmanager_secret_version" "this" {
  for_each = nonsensitive(toset(keys(var.values)))

  secret_id     = aws_secretsmanager_secret.this[each.key].id
  secret_string = var.values[each.key]
}
