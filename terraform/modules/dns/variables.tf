variable "domain" {
  description = "The domain that councils' hosts are below"
  type        = string
}

variable "zone_id" {
  description = "Its zone"
  type        = string
}

variable "balancer_name" {
  description = "Where the load balancer is"
  type        = string
}

variable "balancer_zone_id" {
  description = "The zone of the load balancer's own name"
  type        = string
}

variable "dkim_tokens" {
  description = "What proves that mail is ours"
  type        = list(string)
}

variable "report_address" {
  description = "Who is told of forged mail"
  type        = string
  default     = "postmaster@patchwork.example"
}
