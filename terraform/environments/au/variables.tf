variable "account_id" {
  description = "The account that this environment stands in"
  type        = string
}

variable "domain" {
  description = "The domain that councils' hosts are below"
  type        = string
}

variable "zone_id" {
  description = "Its zone"
  type        = string
}

variable "more_names" {
  description = "Councils' own host names"
  type        = list(string)
  default     = []
}

variable "image" {
  description = "The application's image, by its digest"
  type        = string
}

variable "pooler_image" {
  description = "PgBouncer's image, by its digest"
  type        = string
}

variable "release" {
  description = "The release, as reports name it"
  type        = string
}

variable "alarm_emails" {
  description = "Who is told when something is wrong"
  type        = list(string)
}

variable "access_log_bucket" {
  description = "A bucket that the load balancer of this region may write its accesses to"
  type        = string
}

variable "secret_values" {
  description = "Secrets by their names; given by TF_VAR_secret_values and never in a file"
  type        = map(string)
  sensitive   = true
}
