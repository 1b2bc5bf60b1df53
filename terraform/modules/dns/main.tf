resource "aws_route53_record" "web" {
  for_each = toset([var.domain, "*.${var.domain}"])

  zone_id = var.zone_id
  name    = each.value
  type    = "A"
  alias {
    name                   = var.balancer_name
    zone_id                = var.balancer_zone_id
    evaluate_target_health = true
  }
}

resource "aws_route53_record" "issuers" {
  zone_id = var.zone_id
  name    = var.domain
  type    = "CAA"
  ttl     = 3600
  records = ["0 issue \"amazon.com\"", "0 issuewild \"amazon.com\""]
}

resource "aws_route53_record" "spf" {
  zone_id = var.zone_id
  name    = var.domain
  type    = "TXT"
  ttl     = 3600
  records = ["v=spf1 include:amazonses.com -all"]
}

resource "aws_route53_record" "dmarc" {
  zone_id = var.zone_id
  name    = "_dmarc.${var.domain}"
  type    = "TXT"
  ttl     = 3600
  records = ["v=DMARC1; p=reject; adkim=s; aspf=s; rua=mailto:${var.report_address}"]
}

resource "aws_route53_record" "dkim" {
  count = length(var.dkim_tokens)

  zone_id = var.zone_id
  name    = "${var.dkim_tokens[count.index]}._domainkey.${var.domain}"
  type    = "CNAME"
  ttl     = 3600
  records = ["${var.dkim_tokens[count.index]}.dkim.amazonses.com"]
}
