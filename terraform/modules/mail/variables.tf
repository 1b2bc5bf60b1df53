variable "name" {
  description = "The deployment's name, which every resource begins with: patchwork-uk"
  type        = string
}

variable "domain" {
  description = "The domain that mail comes from"
  type        = string
}

variable "topic_arn" {
  description = "Who is told of mail that came back"
  type        = string
}
