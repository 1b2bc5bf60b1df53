resource "aws_sns_topic" "this" {
  name              = "${var.name}-alarms"
  kms_master_key_id = var.logs_key_arn
}

resource "aws_sns_topic_subscription" "email" {
  for_each = toset(var.emails)

  topic_arn = aws_sns_topic.this.arn
  protocol  = "email"
  endpoint  = each.value
}

resource "aws_cloudwatch_log_group" "app" {
  name              = "/${var.name}/app"
  retention_in_days = var.log_days
  kms_key_id        = var.logs_key_arn
}

locals {
  alarms = {
    errors          = { space = "AWS/ApplicationELB", metric = "HTTPCode_Target_5XX_Count", statistic = "Sum", above = true, at = 10, of = { LoadBalancer = var.balancer_suffix } }
    slow            = { space = "AWS/ApplicationELB", metric = "TargetResponseTime", statistic = "Average", above = true, at = 1, of = { LoadBalancer = var.balancer_suffix } }
    unfit           = { space = "AWS/ApplicationELB", metric = "UnHealthyHostCount", statistic = "Maximum", above = true, at = 0, of = { LoadBalancer = var.balancer_suffix } }
    database_busy   = { space = "AWS/RDS", metric = "CPUUtilization", statistic = "Average", above = true, at = 80, of = { DBInstanceIdentifier = var.database_id } }
    database_full   = { space = "AWS/RDS", metric = "FreeStorageSpace", statistic = "Minimum", above = false, at = 10737418240, of = { DBInstanceIdentifier = var.database_id } }
    database_memory = { space = "AWS/RDS", metric = "FreeableMemory", statistic = "Minimum", above = false, at = 536870912, of = { DBInstanceIdentifier = var.database_id } }
    broker_full     = { space = "AWS/ElastiCache", metric = "DatabaseMemoryUsagePercentage", statistic = "Maximum", above = true, at = 80, of = { ReplicationGroupId = var.broker_id } }
  }
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = local.alarms

  alarm_name          = "${var.name}-${each.key}"
  namespace           = each.value.space
  metric_name         = each.value.metric
  statistic           = each.value.statistic
  dimensions          = each.value.of
  comparison_operator = each.value.above ? "GreaterThanThreshold" : "LessThanThreshold"
  threshold           = each.value.at
  period              = 60
  evaluation_periods  = 5
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.this.arn]
  ok_actions          = [aws_sns_topic.this.arn]
}
