variable "name" {
  description = "The deployment's name, which every resource begins with: patchwork-uk"
  type        = string
}

variable "purposes" {
  description = "What keys are for"
  type        = set(string)
  default     = ["database", "files", "secrets", "logs", "broker", "backup", "mail"]
}

variable "account_id" {
  description = "The account that administers the keys"
  type        = string
}

variable "region" {
  description = "The region the logs service of which may use the logs key"
  type        = string
}

variable "deletion_days" {
  description = "How long a key that is to be deleted can still be kept"
  type        = number
  default     = 30
}
