# The shared deployment for councils of Victoria, in Sydney: their data never leaves Australia. Its console is elsewhere and sees counts alone.
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
  region = "ap-southeast-2"
  # A slip of the account is no deployment elsewhere.
  allowed_account_ids = [var.account_id]
  default_tags {
    tags = { service = "patchwork", deployment = "patchwork-au", data = "personal, special category" }
  }
}

module "deployment" {
  source            = "../../modules/deployment"
  name              = "patchwork-au"
  kind              = "shared"
  region            = "ap-southeast-2"
  patchwork_region  = "au"
  zones             = ["ap-southeast-2a", "ap-southeast-2b", "ap-southeast-2c"]
  cidr              = "10.41.0.0/16"
  account_id        = var.account_id
  domain            = var.domain
  zone_id           = var.zone_id
  more_names        = var.more_names
  console_host      = ""
  image             = var.image
  pooler_image      = var.pooler_image
  release           = var.release
  alarm_emails      = var.alarm_emails
  access_log_bucket = var.access_log_bucket
  secret_values     = var.secret_values
  database          = { class = "db.m7g.large", multi_az = true, storage_gb = 100 }
  broker            = { type = "cache.t4g.small", replicas = 1 }
  web               = { least = 2, most = 8 }
  workers           = 2
}
