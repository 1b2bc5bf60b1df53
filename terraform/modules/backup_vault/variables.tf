variable "name" {
  description = "The deployment's name, which every resource begins with: patchwork-uk"
  type        = string
}

variable "key_arn" {
  description = "The key of backups"
  type        = string
}

variable "resources" {
  description = "What is backed up, by its name in policies"
  type        = list(string)
}

variable "days" {
  description = "For how long each copy is kept"
  type        = number
  default     = 35
}

variable "lock_after_days" {
  description = "After how many days the lock itself can no longer be taken off"
  type        = number
  default     = 3
}
