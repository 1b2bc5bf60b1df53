output "address" {
  description = "Where PostgreSQL is"
  value       = aws_db_instance.this.address
}

output "arn" {
  description = "Its name, for backups and alarms"
  value       = aws_db_instance.this.arn
}

output "identifier" {
  description = "Its short name"
  value       = aws_db_instance.this.identifier
}

output "admin_secret_arn" {
  description = "Where the administrator's password is kept"
  value       = aws_db_instance.this.master_user_secret[0].secret_arn
}
