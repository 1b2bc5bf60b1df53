output "domain" {
  description = "Where councils are"
  value       = module.deployment.domain
}

output "proofs" {
  description = "What the owners of councils' own names add to their zones"
  value       = module.deployment.proofs
}

output "out_addresses" {
  description = "The addresses that our requests come from"
  value       = module.deployment.out_addresses
}

output "database_admin_secret_arn" {
  description = "Where the administrator's password is kept"
  value       = module.deployment.database_admin_secret_arn
}
