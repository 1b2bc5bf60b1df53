"""The one way by which rows of append-only tables are ever deleted: by a function that asks for the receipt first."""

from django.db import migrations

# The schema's name is put in by PostgreSQL when this runs, so that the same text builds every council's schema. The
# function belongs to the owner of the schema, looks nowhere else (a caller's own search path or temporary table is not
# asked), and deletes from the tables named in it alone: the rows of one client, as many as the receipt of this very
# transaction says. A council's role may call its own council's function, and nobody else may.
CREATE = """
DO $do$
BEGIN
  EXECUTE format($create$
    CREATE FUNCTION %1$I.delete_with_receipt(receipt uuid, subject uuid, target text) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = %1$I, pg_temp
    AS $body$
    DECLARE
      promised bigint;
      deleted bigint;
    BEGIN
      SELECT (held.counts ->> target)::bigint INTO promised
        FROM rights_deletionreceipt held
       WHERE held.id = receipt
         AND held.transaction_id = txid_current()
         AND held.subject_hash = encode(sha256(convert_to(subject::text, 'UTF8')), 'hex');
      IF promised IS NULL THEN
        RAISE EXCEPTION 'No receipt of this transaction covers these rows.' USING ERRCODE = 'insufficient_privilege';
      END IF;
      CASE target
        WHEN 'audit_event' THEN
          DELETE FROM audit_event WHERE client_id = subject OR subject_id = subject;
        WHEN 'consent_conversation' THEN
          DELETE FROM consent_conversation WHERE client_id = subject;
        WHEN 'consent_decisionrecord' THEN
          DELETE FROM consent_decisionrecord WHERE client_id = subject;
        WHEN 'network_withdrawal' THEN
          DELETE FROM network_withdrawal WHERE client_id = subject;
        WHEN 'network_approvalvoice' THEN
          DELETE FROM network_approvalvoice
           WHERE approval_id IN (SELECT id FROM network_approval WHERE client_id = subject);
        WHEN 'rights_dutyrecord' THEN
          DELETE FROM rights_dutyrecord WHERE client_id = subject;
        ELSE
          RAISE EXCEPTION 'Nothing is ever deleted from this table.' USING ERRCODE = 'insufficient_privilege';
      END CASE;
      GET DIAGNOSTICS deleted = ROW_COUNT;
      IF deleted <> promised THEN
        RAISE EXCEPTION 'The receipt promises another number of rows.' USING ERRCODE = 'integrity_constraint_violation';
      END IF;
      RETURN deleted;
    END
    $body$
  $create$, current_schema());
  EXECUTE format('REVOKE ALL ON FUNCTION %1$I.delete_with_receipt(uuid, uuid, text) FROM PUBLIC', current_schema());
  EXECUTE format(
    'GRANT EXECUTE ON FUNCTION %1$I.delete_with_receipt(uuid, uuid, text) TO %1$I', current_schema()
  );
END
$do$
"""


class Migration(migrations.Migration):
    dependencies = [
        ("rights", "0001_record_requests_duties_and_deletions"),
        ("audit", "0001_initial"),
        ("consent", "0001_initial"),
        ("network", "0004_add_approvals_shields_and_withdrawals"),
    ]

    operations = [
        migrations.RunSQL(sql=[CREATE], reverse_sql=["DROP FUNCTION delete_with_receipt(uuid, uuid, text)"]),
    ]
