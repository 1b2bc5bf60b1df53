output "arn" {
  description = "The certificate"
  value       = aws_acm_certificate.this.arn
}

output "proofs" {
  description = "What the owner of each name adds to its zone"
  value       = [for option in aws_acm_certificate.this.domain_validation_options : { name = option.domain_name, record = option.resource_record_name, value = option.resource_record_value }]
}
