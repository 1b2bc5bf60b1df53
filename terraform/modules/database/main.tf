resource "aws_db_subnet_group" "this" {
  name       = var.name
  subnet_ids = var.subnet_ids
}

resource "aws_security_group" "this" {
  name        = "${var.name}-database"
  description = "PostgreSQL: from what runs, to nowhere"
  vpc_id      = var.vpc_id
}

resource "aws_vpc_security_group_ingress_rule" "postgres" {
  for_each = toset(var.client_cidrs)

  security_group_id = aws_security_group.this.id
  description       = "PostgreSQL from ${each.value}"
  cidr_ipv4         = each.value
  ip_protocol       = "tcp"
  from_port         = 5432
  to_port           = 5432
}

# As infra/postgres/patchwork.conf, as far as the service lets one set it.
resource "aws_db_parameter_group" "this" {
  name   = "${var.name}-postgres18"
  family = "postgres18"

  dynamic "parameter" {
    for_each = {
      max_locks_per_transaction           = "1024"
      "rds.force_ssl"                     = "1"
      ssl_min_protocol_version            = "TLSv1.2"
      password_encryption                 = "scram-sha-256"
      log_statement                       = "none"
      log_min_duration_statement          = "-1"
      log_min_error_statement             = "panic"
      log_parameter_max_length            = "0"
      log_parameter_max_length_on_error   = "0"
      idle_in_transaction_session_timeout = "60000"
      timezone                            = "UTC"
    }
    content {
      name         = parameter.key
      value        = parameter.value
      apply_method = "pending-reboot"
    }
  }
}

data "aws_iam_policy_document" "monitoring_trust" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["monitoring.rds.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "monitoring" {
  name               = "${var.name}-database-monitoring"
  assume_role_policy = data.aws_iam_policy_document.monitoring_trust.json
}

resource "aws_iam_role_policy_attachment" "monitoring" {
  role       = aws_iam_role.monitoring.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"
}

resource "aws_db_instance" "this" {
  identifier           = var.name
  engine               = "postgres"
  engine_version       = "18"
  instance_class       = var.instance_class
  db_name              = "patchwork"
  parameter_group_name = aws_db_parameter_group.this.name

  username                            = "patchwork_admin"
  manage_master_user_password         = true
  master_user_secret_kms_key_id       = var.key_arn
  iam_database_authentication_enabled = true
  ca_cert_identifier                  = "rds-ca-rsa2048-g1"

  db_subnet_group_name   = aws_db_subnet_group.this.name
  vpc_security_group_ids = [aws_security_group.this.id]
  publicly_accessible    = false
  multi_az               = var.multi_az

  allocated_storage     = var.storage_gb
  max_allocated_storage = var.storage_limit_gb
  storage_type          = "gp3"
  storage_encrypted     = true
  kms_key_id            = var.key_arn

  backup_retention_period   = var.backup_days
  backup_window             = "01:30-02:30"
  maintenance_window        = "sun:03:00-sun:04:00"
  copy_tags_to_snapshot     = true
  delete_automated_backups  = false
  deletion_protection       = true
  skip_final_snapshot       = false
  final_snapshot_identifier = "${var.name}-last"

  auto_minor_version_upgrade      = true
  monitoring_interval             = 60
  monitoring_role_arn             = aws_iam_role.monitoring.arn
  performance_insights_enabled    = true
  performance_insights_kms_key_id = var.key_arn
  enabled_cloudwatch_logs_exports = ["postgresql", "upgrade"]

  lifecycle {
    prevent_destroy = true
  }
}
