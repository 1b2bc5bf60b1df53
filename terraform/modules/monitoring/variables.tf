variable "name" {
  description = "The deployment's name, which every resource begins with: patchwork-uk"
  type        = string
}

variable "logs_key_arn" {
  description = "The key of logs and of the topic"
  type        = string
}

variable "emails" {
  description = "Who is told"
  type        = list(string)
}

variable "database_id" {
  description = "The database's short name"
  type        = string
}

variable "broker_id" {
  description = "The broker's short name"
  type        = string
}

variable "balancer_suffix" {
  description = "The load balancer, as its metrics name it"
  type        = string
}

variable "log_days" {
  description = "For how long logs are kept"
  type        = number
  default     = 365
}
