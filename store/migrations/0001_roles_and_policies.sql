-- The four roles that work with the data. None owns a table, none can log in: the connecting user takes one for each
-- transaction. Roles belong to the whole cluster, so another database of it may have made them already.
DO $$
DECLARE
  wanted text;
BEGIN
  FOREACH wanted IN ARRAY ARRAY['coldmark_app', 'coldmark_worker', 'coldmark_auth', 'coldmark_public'] LOOP
    BEGIN
      IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
        EXECUTE format('CREATE ROLE %I NOLOGIN NOSUPERUSER NOBYPASSRLS NOINHERIT', wanted);
      END IF;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN
      NULL; -- another database's first start made it between the two statements
    END;
    BEGIN
      -- Without INHERIT (PostgreSQL ≥ 16) the owner must take a role to pass its policies, even if it is a member.
      EXECUTE format('GRANT %I TO CURRENT_USER', wanted)
        || CASE WHEN current_setting('server_version_num')::int >= 160000 THEN ' WITH INHERIT FALSE' ELSE '' END;
    EXCEPTION WHEN insufficient_privilege THEN
      NULL; -- an administrator made the roles and granted them already
    END;
    EXECUTE format('GRANT USAGE ON SCHEMA public TO %I', wanted);
  END LOOP;
END $$;
--> statement-breakpoint
-- Tenant tables: the organisation's rows and no others; the owner is bound too (FORCE). An unset tenant is no tenant.
DO $$
DECLARE
  named text;
BEGIN
  FOREACH named IN ARRAY ARRAY[
    'organisations', 'sites', 'equipment', 'sensors', 'sensor_placements', 'calibrations', 'gateways', 'keys', 'api_keys',
    'products', 'lots', 'audit', 'readings', 'gateway_progress', 'gateway_messages', 'latest_values', 'excursions',
    'findings', 'windows', 'epcis_events', 'captures', 'event_codes'
  ] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', named);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', named);
    EXECUTE format(
      'CREATE POLICY own_tenant ON %I TO coldmark_app
         USING (tenant_id = nullif(current_setting(''app.tenant'', true), ''''))
         WITH CHECK (tenant_id = nullif(current_setting(''app.tenant'', true), ''''))', named);
    IF named <> 'api_keys' THEN
      EXECUTE format('CREATE POLICY worker_all ON %I TO coldmark_worker USING (true) WITH CHECK (true)', named);
    END IF;
  END LOOP;
  FOREACH named IN ARRAY ARRAY['organisations', 'gateways', 'keys', 'api_keys'] LOOP
    EXECUTE format('CREATE POLICY auth_reads ON %I FOR SELECT TO coldmark_auth USING (true)', named);
  END LOOP;
END $$;
--> statement-breakpoint
-- Operator tables: the worker's; others only where a policy below names them.
DO $$
DECLARE
  named text;
BEGIN
  FOREACH named IN ARRAY ARRAY[
    'gateway_topics', 'inbox', 'cursors', 'dead_letters', 'pending_entries', 'entries', 'tree_nodes', 'stream_heads',
    'checkpoints', 'anchor_jobs', 'seals', 'chain_state', 'pack_status'
  ] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', named);
    EXECUTE format('CREATE POLICY worker_all ON %I TO coldmark_worker USING (true) WITH CHECK (true)', named);
  END LOOP;
END $$;
--> statement-breakpoint
CREATE POLICY own_tenant ON gateway_topics TO coldmark_app
  USING (tenant_id = nullif(current_setting('app.tenant', true), ''))
  WITH CHECK (tenant_id = nullif(current_setting('app.tenant', true), ''));
--> statement-breakpoint
CREATE POLICY own_tenant ON dead_letters FOR SELECT TO coldmark_app
  USING (tenant_id = nullif(current_setting('app.tenant', true), ''));
--> statement-breakpoint
CREATE POLICY app_queues ON pending_entries FOR INSERT TO coldmark_app WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY app_keeps ON pack_status TO coldmark_app USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY auth_reads ON gateway_topics FOR SELECT TO coldmark_auth USING (true);
--> statement-breakpoint
CREATE POLICY public_reads ON pack_status FOR SELECT TO coldmark_public USING (true);
--> statement-breakpoint
-- What the app may do. It deletes nothing; audit records and events it can only add.
GRANT SELECT, INSERT, UPDATE ON organisations, sites, equipment, sensors, sensor_placements, calibrations, gateways, keys,
  api_keys, products, lots, captures, pack_status TO coldmark_app;
--> statement-breakpoint
GRANT SELECT, INSERT ON audit, findings, epcis_events, event_codes, gateway_topics TO coldmark_app;
--> statement-breakpoint
GRANT SELECT ON readings, gateway_progress, gateway_messages, latest_values, excursions, windows, dead_letters TO coldmark_app;
--> statement-breakpoint
GRANT INSERT ON pending_entries TO coldmark_app;
--> statement-breakpoint
GRANT USAGE ON SEQUENCE sensor_placements_id_seq, audit_id_seq, findings_id_seq, pending_entries_id_seq TO coldmark_app;
--> statement-breakpoint
-- What the worker (ingest, anchor, jobs) may do. Of a log entry it can erase content, never change what was committed to.
GRANT SELECT ON organisations, sites, equipment, sensors, sensor_placements, calibrations, gateways, keys, products, lots,
  epcis_events, captures, event_codes, gateway_topics TO coldmark_worker;
--> statement-breakpoint
GRANT SELECT, INSERT ON audit, findings, readings, gateway_messages, inbox, dead_letters, pending_entries, entries,
  tree_nodes, checkpoints TO coldmark_worker;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE ON gateway_progress, latest_values, excursions, windows, cursors, stream_heads, anchor_jobs,
  seals, chain_state, pack_status TO coldmark_worker;
--> statement-breakpoint
GRANT UPDATE (entry_index) ON pending_entries TO coldmark_worker;
--> statement-breakpoint
GRANT UPDATE (salt, body_salt, body) ON entries TO coldmark_worker;
--> statement-breakpoint
-- An excursion may merge with another when readings come late; the embedded chain may lose its last seconds.
GRANT DELETE ON excursions, anchor_jobs, seals, chain_state TO coldmark_worker;
--> statement-breakpoint
GRANT USAGE ON SEQUENCE audit_id_seq, findings_id_seq, inbox_id_seq, dead_letters_id_seq, pending_entries_id_seq
  TO coldmark_worker;
--> statement-breakpoint
-- Who knocks: looked up before a tenant is known.
GRANT SELECT ON api_keys, keys, gateways, gateway_topics, organisations TO coldmark_auth;
--> statement-breakpoint
-- A patient's phone: a pack's projection, without who holds it.
GRANT SELECT (epc, stream, gtin, lot, expiry, first_seen, sold, step, disposition, at) ON pack_status TO coldmark_public;
