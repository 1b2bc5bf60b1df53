locals {
  broker_url = "rediss://:${var.secret_values["broker_password"]}@${module.broker.address}:6379/0"
  tls        = "sslmode=verify-full&sslrootcert=/opt/patchwork/certificates/database.pem"
}

module "keys" {
  source     = "../keys"
  name       = var.name
  account_id = var.account_id
  region     = var.region
}

module "network" {
  source       = "../network"
  name         = var.name
  cidr         = var.cidr
  zones        = var.zones
  logs_key_arn = module.keys.arns["logs"]
  single_nat   = var.kind == "dedicated"
}

module "database" {
  source         = "../database"
  name           = var.name
  vpc_id         = module.network.vpc_id
  subnet_ids     = module.network.data_subnet_ids
  client_cidrs   = module.network.private_cidrs
  key_arn        = module.keys.arns["database"]
  instance_class = var.database.class
  multi_az       = var.database.multi_az
  storage_gb     = var.database.storage_gb
}

module "broker" {
  source       = "../broker"
  name         = var.name
  vpc_id       = module.network.vpc_id
  subnet_ids   = module.network.data_subnet_ids
  client_cidrs = module.network.private_cidrs
  key_arn      = module.keys.arns["broker"]
  password     = var.secret_values["broker_password"]
  node_type    = var.broker.type
  replicas     = var.broker.replicas
}

module "storage" {
  source  = "../storage"
  name    = var.name
  key_arn = module.keys.arns["files"]
}

module "secrets" {
  source  = "../secrets"
  name    = var.name
  key_arn = module.keys.arns["secrets"]
  values = {
    secret_key      = var.secret_values["secret_key"]
    broker_url      = local.broker_url
    mail_url        = var.secret_values["mail_url"]
    sentry_dsn      = var.secret_values["sentry_dsn"]
    pgbouncer_users = var.secret_values["pgbouncer_users"]
    migrator_url    = "postgres://${module.database.address}:5432/patchwork?${local.tls}"
  }
}

module "certificates" {
  source     = "../certificates"
  domain     = var.domain
  zone_id    = var.zone_id
  more_names = var.more_names
}

module "containers" {
  source             = "../containers"
  name               = var.name
  region             = var.region
  vpc_id             = module.network.vpc_id
  vpc_cidr           = module.network.cidr
  edge_subnet_ids    = module.network.edge_subnet_ids
  private_subnet_ids = module.network.private_subnet_ids
  certificate_arn    = module.certificates.arn
  image              = var.image
  pooler_image       = var.pooler_image
  access_log_bucket  = var.access_log_bucket
  secrets_key_arn    = module.keys.arns["secrets"]
  files_key_arn      = module.keys.arns["files"]
  files_bucket_arn   = module.storage.arn
  mail_identity_arn  = module.mail.identity_arn
  logs_key_arn       = module.keys.arns["logs"]
  log_group          = module.monitoring.log_group
  log_group_arn      = module.monitoring.log_group_arn
  web_count          = var.web.least
  web_limit          = var.web.most
  worker_count       = var.workers

  settings = {
    PATCHWORK_MODE            = "production"
    PATCHWORK_RELEASE         = var.release
    PATCHWORK_DEPLOYMENT_NAME = var.name
    PATCHWORK_DEPLOYMENT_KIND = var.kind
    PATCHWORK_REGION          = var.patchwork_region
    PATCHWORK_CONSOLE_HOST    = var.console_host
    PATCHWORK_MAIL_DOMAIN     = var.domain
    PATCHWORK_BEHIND_PROXY    = "1"
    PATCHWORK_TRUSTED_PROXIES = module.network.cidr
    PATCHWORK_FILES_URL       = "s3://${module.storage.bucket}?region=${var.region}&encryption=aws:kms&key=${module.keys.arns["files"]}"
    DATABASE_URL              = "postgres://pgbouncer.${var.name}.internal:6432/patchwork?${local.tls}"
  }
  secret_arns = {
    PATCHWORK_SECRET_KEY = module.secrets.arns["secret_key"]
    BROKER_URL           = module.secrets.arns["broker_url"]
    PATCHWORK_MAIL_URL   = module.secrets.arns["mail_url"]
    PATCHWORK_SENTRY_DSN = module.secrets.arns["sentry_dsn"]
  }
  migrator_secret_arns = { DATABASE_MIGRATOR_URL = module.secrets.arns["migrator_url"] }
  pooler_secret_arns   = { PGBOUNCER_USERS = module.secrets.arns["pgbouncer_users"] }
}

module "mail" {
  source    = "../mail"
  name      = var.name
  domain    = var.domain
  topic_arn = module.monitoring.topic_arn
}

module "dns" {
  source           = "../dns"
  domain           = var.domain
  zone_id          = var.zone_id
  balancer_name    = module.containers.balancer_name
  balancer_zone_id = module.containers.balancer_zone_id
  dkim_tokens      = module.mail.dkim_tokens
  report_address   = "postmaster@${var.domain}"
}

module "monitoring" {
  source          = "../monitoring"
  name            = var.name
  logs_key_arn    = module.keys.arns["logs"]
  emails          = var.alarm_emails
  database_id     = module.database.identifier
  broker_id       = module.broker.id
  balancer_suffix = module.containers.balancer_suffix
}

module "backup_vault" {
  source    = "../backup_vault"
  name      = var.name
  key_arn   = module.keys.arns["backup"]
  resources = [module.database.arn, module.storage.arn]
}
