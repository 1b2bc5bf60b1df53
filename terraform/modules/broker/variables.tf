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
  description = "The key of what is kept"
  type        = string
}

variable "password" {
  description = "What clients give"
  type        = string
  sensitive   = true
}

variable "node_type" {
  description = "The machine"
  type        = string
  default     = "cache.t4g.small"
}

variable "replicas" {
  description = "Machines that stand by: 1 where it is shared"
  type        = number
  default     = 1
}
