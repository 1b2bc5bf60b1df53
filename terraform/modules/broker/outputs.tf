output "address" {
  description = "Where it is"
  value       = aws_elasticache_replication_group.this.primary_endpoint_address
}

output "id" {
  description = "Its short name"
  value       = aws_elasticache_replication_group.this.id
}
