output "arns" {
  description = "Where each secret is, by its name"
  value       = { for name, secret in aws_secretsmanager_secret.this : name => secret.arn }
}
