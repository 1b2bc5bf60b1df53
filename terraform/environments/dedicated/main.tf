# A deployment of one council's own, as its law or its choice asks: the same modules, smaller. Copy this folder, and set region and zones where it is not London.
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
    tags = { service = "patchwork", deployment = var.name, data = "personal, special category" }
  }
}

module "deployment" {
  source            = "../../modules/deployment"
  name              = var.name
  kind              = "dedicated"
  region            = "eu-west-2"
  patchwork_region  = "uk"
  zones             = ["eu-west-2a", "eu-west-2b", "eu-west-2c"]
  cidr              = "10.50.0.0/16"
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
  database          = { class = "db.t4g.medium", multi_az = true, storage_gb = 50 }
  broker            = { type = "cache.t4g.micro", replicas = 0 }
  web               = { least = 2, most = 4 }
  workers           = 1
}
