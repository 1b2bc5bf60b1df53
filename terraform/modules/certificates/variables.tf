variable "domain" {
  description = "The domain that councils' hosts are below: patchwork.example"
  type        = string
}

variable "zone_id" {
  description = "The zone that proves it"
  type        = string
}

variable "more_names" {
  description = "Councils' own host names, whose owners add the record that proves them"
  type        = list(string)
  default     = []
}
