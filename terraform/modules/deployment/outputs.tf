output "domain" {
  description = "Where councils are"
  value       = module.dns.domain
}

output "proofs" {
  description = "What the owners of councils' own names add to their zones"
  value       = module.certificates.proofs
}

output "out_addresses" {
  description = "The addresses that our requests come from"
  value       = module.network.out_addresses
}

output "database_admin_secret_arn" {
  description = "Where the administrator's password is kept"
  value       = module.database.admin_secret_arn
}
