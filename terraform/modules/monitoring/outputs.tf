output "topic_arn" {
  description = "Where alarms go"
  value       = aws_sns_topic.this.arn
}

output "log_group" {
  description = "Where what runs writes"
  value       = aws_cloudwatch_log_group.app.name
}

output "log_group_arn" {
  description = "The same, for policies"
  value       = aws_cloudwatch_log_group.app.arn
}
