resource "aws_acm_certificate" "this" {
  domain_name               = var.domain
  subject_alternative_names = concat(["*.${var.domain}"], var.more_names)
  validation_method         = "DNS"
  key_algorithm             = "EC_prime256v1"
  lifecycle {
    create_before_destroy = true
  }
}

# The proof of our own domain; a council's own name is proved in its own zone.
resource "aws_route53_record" "proof" {
  for_each = {
    for option in aws_acm_certificate.this.domain_validation_options : option.domain_name => option
    if option.domain_name == var.domain
  }

  zone_id = var.zone_id
  name    = each.value.resource_record_name
  type    = each.value.resource_record_type
  records = [each.value.resource_record_value]
  ttl     = 300
}
