variable "name" {
  description = "The deployment's name, which every resource begins with: patchwork-uk"
  type        = string
}

variable "key_arn" {
  description = "The key of the files"
  type        = string
}

variable "keep_old_days" {
  description = "For how long a version that was replaced or deleted is kept"
  type        = number
  default     = 35
}

variable "log_days" {
  description = "For how long accesses are kept"
  type        = number
  default     = 365
}
