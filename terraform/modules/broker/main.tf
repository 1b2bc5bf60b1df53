resource "aws_elasticache_subnet_group" "this" {
  name       = var.name
  subnet_ids = var.subnet_ids
}

resource "aws_security_group" "this" {
  name        = "${var.name}-broker"
  description = "Valkey: from what runs, to nowhere"
  vpc_id      = var.vpc_id
}

resource "aws_vpc_security_group_ingress_rule" "valkey" {
  for_each = toset(var.client_cidrs)

  security_group_id = aws_security_group.this.id
  description       = "Valkey from ${each.value}"
  cidr_ipv4         = each.value
  ip_protocol       = "tcp"
  from_port         = 6379
  to_port           = 6379
}

# Messages are never dropped for want of memory.
resource "aws_elasticache_parameter_group" "this" {
  name   = var.name
  family = "valkey8"
  parameter {
    name  = "maxmemory-policy"
    value = "noeviction"
  }
}

resource "aws_elasticache_replication_group" "this" {
  replication_group_id       = var.name
  description                = "${var.name}: tasks"
  engine                     = "valkey"
  engine_version             = "8.2"
  node_type                  = var.node_type
  parameter_group_name       = aws_elasticache_parameter_group.this.name
  num_cache_clusters         = var.replicas + 1
  automatic_failover_enabled = var.replicas > 0
  multi_az_enabled           = var.replicas > 0
  subnet_group_name          = aws_elasticache_subnet_group.this.name
  security_group_ids         = [aws_security_group.this.id]
  at_rest_encryption_enabled = true
  kms_key_id                 = var.key_arn
  transit_encryption_enabled = true
  auth_token                 = var.password
  snapshot_retention_limit   = 7
  auto_minor_version_upgrade = true
}
