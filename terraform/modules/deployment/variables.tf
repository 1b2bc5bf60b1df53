variable "name" {
  description = "The deployment's name, which every resource begins with: patchwork-uk"
  type        = string
}

variable "region" {
  description = "The hosting region: councils' data never leaves it"
  type        = string
}

variable "account_id" {
  description = "The account"
  type        = string
}

variable "zones" {
  description = "Three zones of the region"
  type        = list(string)
}

variable "cidr" {
  description = "The network's addresses"
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

variable "kind" {
  description = "shared or dedicated"
  type        = string
}

variable "console_host" {
  description = "Where the operators' console answers; empty where there is none"
  type        = string
  default     = ""
}

variable "patchwork_region" {
  description = "The region as packs name it: uk or au"
  type        = string
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
  description = "Secrets by their names: secret_key, broker_password, mail_url, sentry_dsn, pgbouncer_users"
  type        = map(string)
  sensitive   = true
}

variable "database" {
  description = "How large the database is"
  type        = object({ class = string, multi_az = bool, storage_gb = number })
}

variable "broker" {
  description = "How large the broker is"
  type        = object({ type = string, replicas = number })
}

variable "web" {
  description = "How many web tasks"
  type        = object({ least = number, most = number })
}

variable "workers" {
  description = "How many workers"
  type        = number
}
