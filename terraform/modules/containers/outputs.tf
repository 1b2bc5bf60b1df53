output "balancer_name" {
  description = "Where the load balancer is"
  value       = aws_lb.this.dns_name
}

output "balancer_zone_id" {
  description = "The zone of that name"
  value       = aws_lb.this.zone_id
}

output "balancer_suffix" {
  description = "The load balancer, as metrics name it"
  value       = aws_lb.this.arn_suffix
}

output "pooler_host" {
  description = "Where tasks find the pooler"
  value       = "pgbouncer.${aws_service_discovery_private_dns_namespace.this.name}"
}
