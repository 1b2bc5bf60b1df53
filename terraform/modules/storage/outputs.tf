output "bucket" {
  description = "The bucket of files"
  value       = aws_s3_bucket.files.id
}

output "arn" {
  description = "Its name in policies"
  value       = aws_s3_bucket.files.arn
}
