variable "name" {
  description = "The deployment's name, which every resource begins with: patchwork-uk"
  type        = string
}

variable "vpc_id" {
  description = "The network"
  type        = string
}

variable "subnet_ids" {
  description = "Subnets without a way out"
  type        = list(string)
}

variable "client_cidrs" {
  description = "Who may connect"
  type        = list(string)
}

variable "key_arn" {
  description = "The key of the database"
  type        = string
}

variable "instance_class" {
  description = "The machine"
  type        = string
  default     = "db.m7g.large"
}

variable "storage_gb" {
  description = "Storage to begin with"
  type        = number
  default     = 100
}

variable "storage_limit_gb" {
  description = "Storage it may grow to"
  type        = number
  default     = 1000
}

variable "multi_az" {
  description = "Whether a second zone stands by"
  type        = bool
  default     = true
}

variable "backup_days" {
  description = "For how many days one can go back"
  type        = number
  default     = 35
}
