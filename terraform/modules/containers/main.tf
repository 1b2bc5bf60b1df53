locals {
  # Each kind of process: its command, its size, and how its health is told.
  processes = {
    web = {
      command  = ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--workers", "2", "--blocking-threads", "8", "--respawn-failed-workers", "--no-ws", "--log-level", "warning", "config.wsgi:application"]
      check    = ["CMD", "python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
      cpu      = 1024
      memory   = 2048
      count    = var.web_count
      migrator = false
    }
    worker = {
      command  = ["celery", "-A", "config", "worker", "--pool", "threads", "--concurrency", "4", "--loglevel", "warning", "--without-mingle", "--without-gossip"]
      check    = ["CMD", "python", "manage.py", "check_worker"]
      cpu      = 1024
      memory   = 2048
      count    = var.worker_count
      migrator = false
    }
    migrator = {
      command  = ["celery", "-A", "config", "worker", "--pool", "threads", "--concurrency", "1", "--queues", "migrator", "--loglevel", "warning", "--without-mingle", "--without-gossip"]
      check    = ["CMD", "python", "manage.py", "check_worker"]
      cpu      = 512
      memory   = 1024
      count    = 1
      migrator = true
    }
    scheduler = {
      command  = ["celery", "-A", "config", "beat", "--loglevel", "warning", "--pidfile", ""]
      check    = ["CMD", "python", "manage.py", "check_scheduler"]
      cpu      = 256
      memory   = 512
      count    = 1
      migrator = false
    }
  }
}

resource "aws_ecs_cluster" "this" {
  name = var.name
  setting {
    name  = "containerInsights"
    value = "enhanced"
  }
}

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["ecs-tasks.amazonaws.com"]
    }
  }
}

# What starts a task: it fetches the image, hands the secrets over, and opens the log.
data "aws_iam_policy_document" "start" {
  statement {
    actions   = ["secretsmanager:GetSecretValue"]
    resources = values(merge(var.secret_arns, var.migrator_secret_arns, var.pooler_secret_arns))
  }
  statement {
    actions   = ["kms:Decrypt"]
    resources = [var.secrets_key_arn]
  }
  statement {
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${var.log_group_arn}:log-stream:*"]
  }
}

resource "aws_iam_role" "start" {
  name               = "${var.name}-start"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

resource "aws_iam_role_policy" "start" {
  role   = aws_iam_role.start.id
  policy = data.aws_iam_policy_document.start.json
}

resource "aws_iam_role_policy_attachment" "image" {
  role       = aws_iam_role.start.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryReadOnly"
}

# What a running task may do: files under their key, and mail as one identity. Nothing else of the account.
data "aws_iam_policy_document" "run" {
  statement {
    actions   = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]
    resources = ["${var.files_bucket_arn}/*"]
  }
  statement {
    actions   = ["s3:ListBucket"]
    resources = [var.files_bucket_arn]
  }
  statement {
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [var.files_key_arn]
  }
  statement {
    actions   = ["ses:SendRawEmail"]
    resources = [var.mail_identity_arn]
  }
}

resource "aws_iam_role" "run" {
  name               = "${var.name}-run"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

resource "aws_iam_role_policy" "run" {
  role   = aws_iam_role.run.id
  policy = data.aws_iam_policy_document.run.json
}

resource "aws_security_group" "balancer" {
  name        = "${var.name}-balancer"
  description = "The load balancer: from the world by HTTPS, to the web tasks"
  vpc_id      = var.vpc_id
}

resource "aws_vpc_security_group_ingress_rule" "world" {
  security_group_id = aws_security_group.balancer.id
  description       = "HTTPS from browsers"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

resource "aws_vpc_security_group_egress_rule" "to_web" {
  security_group_id            = aws_security_group.balancer.id
  description                  = "To the web tasks"
  referenced_security_group_id = aws_security_group.tasks.id
  ip_protocol                  = "tcp"
  from_port                    = 8000
  to_port                      = 8000
}

resource "aws_security_group" "tasks" {
  name        = "${var.name}-tasks"
  description = "What runs: from the load balancer, to data and by HTTPS and mail submission outwards"
  vpc_id      = var.vpc_id
}

resource "aws_vpc_security_group_ingress_rule" "from_balancer" {
  security_group_id            = aws_security_group.tasks.id
  description                  = "From the load balancer"
  referenced_security_group_id = aws_security_group.balancer.id
  ip_protocol                  = "tcp"
  from_port                    = 8000
  to_port                      = 8000
}

resource "aws_vpc_security_group_ingress_rule" "pooler" {
  security_group_id            = aws_security_group.tasks.id
  description                  = "Tasks to the pooler"
  referenced_security_group_id = aws_security_group.tasks.id
  ip_protocol                  = "tcp"
  from_port                    = 6432
  to_port                      = 6432
}

resource "aws_vpc_security_group_egress_rule" "data" {
  for_each = toset(["5432", "6379", "6432"])

  security_group_id = aws_security_group.tasks.id
  description       = "To the database, the broker and the pooler: ${each.value}"
  cidr_ipv4         = var.vpc_cidr
  ip_protocol       = "tcp"
  from_port         = tonumber(each.value)
  to_port           = tonumber(each.value)
}

resource "aws_vpc_security_group_egress_rule" "outwards" {
  for_each = { for pair in setproduct(var.allowed_egress_cidrs, ["443", "587"]) : "${pair[0]}-${pair[1]}" => pair }

  security_group_id = aws_security_group.tasks.id
  description       = "Outwards by ${each.value[1]}"
  cidr_ipv4         = each.value[0]
  ip_protocol       = "tcp"
  from_port         = tonumber(each.value[1])
  to_port           = tonumber(each.value[1])
}

resource "aws_lb" "this" {
  name                       = var.name
  load_balancer_type         = "application"
  security_groups            = [aws_security_group.balancer.id]
  subnets                    = var.edge_subnet_ids
  drop_invalid_header_fields = true
  desync_mitigation_mode     = "strictest"
  enable_deletion_protection = true
  xff_header_processing_mode = "append"
  access_logs {
    bucket  = var.access_log_bucket
    prefix  = "balancer"
    enabled = true
  }
}

resource "aws_lb_target_group" "web" {
  name                 = var.name
  port                 = 8000
  protocol             = "HTTP"
  target_type          = "ip"
  vpc_id               = var.vpc_id
  deregistration_delay = 30
  health_check {
    path                = "/readyz"
    matcher             = "200"
    interval            = 10
    timeout             = 5
    healthy_threshold   = 2
    unhealthy_threshold = 3
  }
}

# Health and metrics are not for the world.
resource "aws_lb_listener_rule" "inward_only" {
  listener_arn = aws_lb_listener.https.arn
  priority     = 10
  condition {
    path_pattern {
      values = ["/healthz", "/readyz", "/metrics"]
    }
  }
  action {
    type = "fixed-response"
    fixed_response {
      content_type = "text/plain"
      status_code  = "404"
    }
  }
}

resource "aws_lb_listener" "https" {
  load_balancer_arn = aws_lb.this.arn
  port              = 443
  protocol          = "HTTPS"
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-2021-06"
  certificate_arn   = var.certificate_arn
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.web.arn
  }
}

resource "aws_wafv2_web_acl" "this" {
  name  = var.name
  scope = "REGIONAL"
  default_action {
    allow {}
  }
  rule {
    name     = "flood"
    priority = 1
    action {
      block {}
    }
    statement {
      rate_based_statement {
        limit              = 60000
        aggregate_key_type = "IP"
      }
    }
    visibility_config {
      cloudwatch_metrics_enabled = true
      metric_name                = "flood"
      sampled_requests_enabled   = false
    }
  }
  rule {
    name     = "known-bad"
    priority = 2
    override_action {
      none {}
    }
    statement {
      managed_rule_group_statement {
        vendor_name = "AWS"
        name        = "AWSManagedRulesKnownBadInputsRuleSet"
      }
    }
    visibility_config {
      cloudwatch_metrics_enabled = true
      metric_name                = "known-bad"
      sampled_requests_enabled   = false
    }
  }
  visibility_config {
    cloudwatch_metrics_enabled = true
    metric_name                = var.name
    sampled_requests_enabled   = false
  }
}

resource "aws_wafv2_web_acl_association" "this" {
  resource_arn = aws_lb.this.arn
  web_acl_arn  = aws_wafv2_web_acl.this.arn
}

resource "aws_cloudwatch_log_group" "firewall" {
  name              = "aws-waf-logs-${var.name}"
  retention_in_days = 365
  kms_key_id        = var.logs_key_arn
}

# What was refused, without what it was about: path, query and cookies are left out.
resource "aws_wafv2_web_acl_logging_configuration" "this" {
  resource_arn            = aws_wafv2_web_acl.this.arn
  log_destination_configs = [aws_cloudwatch_log_group.firewall.arn]
  redacted_fields {
    uri_path {}
  }
  redacted_fields {
    query_string {}
  }
  redacted_fields {
    single_header {
      name = "cookie"
    }
  }
  redacted_fields {
    single_header {
      name = "authorization"
    }
  }
}

resource "aws_service_discovery_private_dns_namespace" "this" {
  name = "${var.name}.internal"
  vpc  = var.vpc_id
}

resource "aws_service_discovery_service" "pooler" {
  name = "pgbouncer"
  dns_config {
    namespace_id = aws_service_discovery_private_dns_namespace.this.id
    dns_records {
      type = "A"
      ttl  = 10
    }
  }
}

resource "aws_ecs_task_definition" "ours" {
  for_each = local.processes

  family                   = "${var.name}-${each.key}"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = each.value.cpu
  memory                   = each.value.memory
  execution_role_arn       = aws_iam_role.start.arn
  task_role_arn            = aws_iam_role.run.arn
  volume {
    name = "state"
  }
  container_definitions = jsonencode([{
    name                   = each.key
    image                  = var.image
    command                = each.value.command
    essential              = true
    user                   = "10001:10001"
    readonlyRootFilesystem = true
    privileged             = false
    linuxParameters        = { initProcessEnabled = true, capabilities = { drop = ["ALL"] } }
    mountPoints            = [{ sourceVolume = "state", containerPath = "/state", readOnly = false }]
    portMappings           = each.key == "web" ? [{ containerPort = 8000 }] : []
    environment            = [for key, value in merge(var.settings, each.value.migrator ? { PATCHWORK_PROCESS = "migrator" } : {}) : { name = key, value = value }]
    secrets                = [for key, arn in merge(var.secret_arns, each.value.migrator ? var.migrator_secret_arns : {}) : { name = key, valueFrom = arn }]
    healthCheck            = { command = each.value.check, interval = 20, timeout = 10, retries = 3, startPeriod = 60 }
    stopTimeout            = 60
    logConfiguration = {
      logDriver = "awslogs"
      options   = { "awslogs-group" = var.log_group, "awslogs-region" = var.region, "awslogs-stream-prefix" = each.key }
    }
  }])
}

resource "aws_ecs_service" "ours" {
  for_each = local.processes

  name             = each.key
  cluster          = aws_ecs_cluster.this.id
  task_definition  = aws_ecs_task_definition.ours[each.key].arn
  desired_count    = each.value.count
  launch_type      = "FARGATE"
  platform_version = "LATEST"
  # Two schedulers would do everything twice: of it there is one, and none for a moment while it is replaced.
  deployment_maximum_percent         = each.key == "scheduler" ? 100 : 200
  deployment_minimum_healthy_percent = each.key == "scheduler" ? 0 : 100
  health_check_grace_period_seconds  = each.key == "web" ? 60 : null
  enable_execute_command             = false
  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }
  network_configuration {
    subnets          = var.private_subnet_ids
    security_groups  = [aws_security_group.tasks.id]
    assign_public_ip = false
  }
  dynamic "load_balancer" {
    for_each = each.key == "web" ? ["web"] : []
    content {
      target_group_arn = aws_lb_target_group.web.arn
      container_name   = "web"
      container_port   = 8000
    }
  }
  lifecycle {
    ignore_changes = [desired_count]
  }
}

resource "aws_ecs_task_definition" "pooler" {
  family                   = "${var.name}-pgbouncer"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = 256
  memory                   = 512
  execution_role_arn       = aws_iam_role.start.arn
  volume {
    name = "run"
  }
  container_definitions = jsonencode([{
    name                   = "pgbouncer"
    image                  = var.pooler_image
    essential              = true
    user                   = "70:70"
    readonlyRootFilesystem = true
    privileged             = false
    linuxParameters        = { initProcessEnabled = true, capabilities = { drop = ["ALL"] } }
    mountPoints            = [{ sourceVolume = "run", containerPath = "/run/pgbouncer", readOnly = false }]
    portMappings           = [{ containerPort = 6432 }]
    secrets                = [for key, arn in var.pooler_secret_arns : { name = key, valueFrom = arn }]
    healthCheck            = { command = ["CMD", "pg_isready", "-q", "-h", "127.0.0.1", "-p", "6432"], interval = 10, timeout = 5, retries = 3 }
    logConfiguration = {
      logDriver = "awslogs"
      options   = { "awslogs-group" = var.log_group, "awslogs-region" = var.region, "awslogs-stream-prefix" = "pgbouncer" }
    }
  }])
}

resource "aws_ecs_service" "pooler" {
  name                   = "pgbouncer"
  cluster                = aws_ecs_cluster.this.id
  task_definition        = aws_ecs_task_definition.pooler.arn
  desired_count          = 2
  launch_type            = "FARGATE"
  platform_version       = "LATEST"
  enable_execute_command = false
  network_configuration {
    subnets          = var.private_subnet_ids
    security_groups  = [aws_security_group.tasks.id]
    assign_public_ip = false
  }
  service_registries {
    registry_arn = aws_service_discovery_service.pooler.arn
  }
}

resource "aws_appautoscaling_target" "web" {
  service_namespace  = "ecs"
  resource_id        = "service/${aws_ecs_cluster.this.name}/web"
  scalable_dimension = "ecs:service:DesiredCount"
  min_capacity       = var.web_count
  max_capacity       = var.web_limit
  depends_on         = [aws_ecs_service.ours]
}

resource "aws_appautoscaling_policy" "web" {
  name               = "${var.name}-web"
  service_namespace  = aws_appautoscaling_target.web.service_namespace
  resource_id        = aws_appautoscaling_target.web.resource_id
  scalable_dimension = aws_appautoscaling_target.web.scalable_dimension
  policy_type        = "TargetTrackingScaling"
  target_tracking_scaling_policy_configuration {
    target_value = 60
    predefined_metric_specification {
      predefined_metric_type = "ECSServiceAverageCPUUtilization"
    }
  }
}
