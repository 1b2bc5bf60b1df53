variable "name" {
  description = "The deployment's name, which every resource begins with: patchwork-uk"
  type        = string
}

variable "key_arn" {
  description = "The key of secrets"
  type        = string
}

variable "values" {
  description = "Secrets by their names, as the tasks find them"
  type        = map(string)
  sensitive   = true
}

variable "recovery_days" {
  description = "For how long a deleted secret can be brought back"
  type        = number
  default     = 30
}
