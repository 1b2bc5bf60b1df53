variable "name" {
  description = "The deployment's name, which every resource begins with: patchwork-uk"
  type        = string
}

variable "vpc_id" {
  description = "The network"
  type        = string
}

variable "vpc_cidr" {
  description = "Its addresses"
  type        = string
}

variable "edge_subnet_ids" {
  description = "Subnets of the load balancer"
  type        = list(string)
}

variable "private_subnet_ids" {
  description = "Subnets of what runs"
  type        = list(string)
}

variable "certificate_arn" {
  description = "The certificate that browsers see"
  type        = string
}

variable "image" {
  description = "The image, by its digest"
  type        = string
}

variable "pooler_image" {
  description = "PgBouncer's image, by its digest, with infra/pgbouncer in it"
  type        = string
}

variable "settings" {
  description = "Variables of every process: docs/guides/configuration.md"
  type        = map(string)
}

variable "secret_arns" {
  description = "Secrets of every process, by the variable that holds them"
  type        = map(string)
}

variable "migrator_secret_arns" {
  description = "Secrets of the migrator alone"
  type        = map(string)
}

variable "pooler_secret_arns" {
  description = "Secrets of the pooler alone"
  type        = map(string)
}

variable "secrets_key_arn" {
  description = "The key of secrets"
  type        = string
}

variable "files_key_arn" {
  description = "The key of files"
  type        = string
}

variable "files_bucket_arn" {
  description = "The bucket of files"
  type        = string
}

variable "mail_identity_arn" {
  description = "Who mail is sent as"
  type        = string
}

variable "log_group" {
  description = "Where they write"
  type        = string
}

variable "log_group_arn" {
  description = "The same, for policies"
  type        = string
}

variable "logs_key_arn" {
  description = "The key of logs"
  type        = string
}

variable "region" {
  description = "The region"
  type        = string
}

variable "web_count" {
  description = "How many web tasks at least"
  type        = number
  default     = 2
}

variable "web_limit" {
  description = "How many at most"
  type        = number
  default     = 8
}

variable "worker_count" {
  description = "How many workers"
  type        = number
  default     = 2
}

variable "access_log_bucket" {
  description = "Where the load balancer writes its accesses"
  type        = string
}

variable "allowed_egress_cidrs" {
  description = "Where what runs may go, by HTTPS and mail submission"
  type        = list(string)
  default     = ["0.0.0.0/0"]
}
