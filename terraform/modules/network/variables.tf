variable "name" {
  description = "The deployment's name, which every resource begins with: patchwork-uk"
  type        = string
}

variable "cidr" {
  description = "The network, as 10.40.0.0/16"
  type        = string
}

variable "zones" {
  description = "Three zones of the region"
  type        = list(string)
}

variable "logs_key_arn" {
  description = "The key of the flow logs"
  type        = string
}

variable "single_nat" {
  description = "Whether one way out will do for all zones: cheaper, and lost with its zone"
  type        = bool
  default     = false
}
