output "domain" {
  description = "The domain, once its records are there"
  value       = var.domain
}
