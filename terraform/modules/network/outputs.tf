output "vpc_id" {
  description = "The network"
  value       = aws_vpc.this.id
}

output "cidr" {
  description = "Its addresses"
  value       = aws_vpc.this.cidr_block
}

output "edge_subnet_ids" {
  description = "Subnets of the load balancer"
  value       = aws_subnet.edge[*].id
}

output "private_subnet_ids" {
  description = "Subnets of what runs"
  value       = aws_subnet.private[*].id
}

output "data_subnet_ids" {
  description = "Subnets of data, without a way out"
  value       = aws_subnet.data[*].id
}

output "private_cidrs" {
  description = "Addresses of what runs"
  value       = aws_subnet.private[*].cidr_block
}

output "out_addresses" {
  description = "The addresses that requests of ours come from"
  value       = aws_eip.out[*].public_ip
}
