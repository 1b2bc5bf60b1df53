# The shared deployment for councils of the United Kingdom, in London, with the operators' console.
terraform {
  required_version = ">= 1.9"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
  }
  # Bucket, key and region of the state are given at `terraform init -backend-config=state.hcl`: it is encrypted and locked.
  backend "s3" {
    encrypt      = true
    use_lockfile = true
  }
}

provider "aws" {
  region = "eu-west-2"
  # A slip of the account is no deployment elsewhere.
  allowed_account_ids = [var.account_id]
  default_tags {
    tags = { service = "patchwork", deployment = "patchwork-uk", data = "personal, special category" }
  }
}

module "deployment" {
  source            = "../../modules/deployment"
  name              = "patchwork-uk"
  kind              = "shared"
  region            = "eu-west-2"
  patchwork_region  = "uk"
  zones             = ["eu-west-2a", "eu-west-2b", "eu-west-2c"]
  cidr              = "10.40.0.0/16"
  account_id        = var.account_id
  domain            = var.domain
  zone_id           = var.zone_id
  more_names        = var.more_names
  console_host      = "console.${var.domain}"
  image             = var.image
  pooler_image      = var.pooler_image
  release           = var.release
  alarm_emails      = var.alarm_emails
  access_log_bucket = var.access_log_bucket
  secret_values     = var.secret_values
  database          = { class = "db.m7g.xlarge", multi_az = true, storage_gb = 200 }
  broker            = { type = "cache.t4g.small", replicas = 1 }
  web               = { least = 3, most = 12 }
  workers           = 3
}
