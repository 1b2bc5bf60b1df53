output "dkim_tokens" {
  description = "What DNS has to say for signatures to count"
  value       = aws_sesv2_email_identity.this.dkim_signing_attributes[0].tokens
}

output "identity_arn" {
  description = "The identity, for who may send as it"
  value       = aws_sesv2_email_identity.this.arn
}

output "configuration_set" {
  description = "The set that mail is sent under"
  value       = aws_sesv2_configuration_set.this.configuration_set_name
}
