-- The spine: companies (tenants), who they talk to, conversations with their owner, and every effect of every turn.
-- Rules that hold for every tenant table: company_id is part of the primary key and of every foreign key, so a row can
-- never point at another company's row; row-level security is enabled and forced; text people wrote is ciphertext
-- (bytea). Where rows are looked up by id, no index begins with company_id: prepared plans are made while tables are
-- small, and would walk through a whole company by it.

CREATE FUNCTION app_tenant() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
  RETURN nullif(current_setting('app.tenant', true), '')::uuid;

CREATE TABLE companies (
  id uuid PRIMARY KEY,
  slug text NOT NULL UNIQUE CHECK (slug ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
  name text NOT NULL,
  tier text NOT NULL DEFAULT 'free' CHECK (tier IN ('free', 'pro', 'enterprise')),
  settings jsonb NOT NULL DEFAULT '{}',
  data_key bytea,
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE installations (
  company_id uuid NOT NULL REFERENCES companies (id),
  id uuid NOT NULL,
  channel text NOT NULL,
  external_id text NOT NULL,
  name text NOT NULL DEFAULT '',
  credentials bytea,
  state text NOT NULL DEFAULT 'enabled' CHECK (state IN ('enabled', 'removed')),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (company_id, id),
  UNIQUE (channel, external_id)
);

CREATE TABLE contacts (
  company_id uuid NOT NULL REFERENCES companies (id),
  id uuid NOT NULL,
  installation_id uuid NOT NULL,
  external_id text NOT NULL,
  name bytea,
  locale text,
  time_zone text,
  profile bytea,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (id, company_id), -- the id follows from installation and external_id, so it is unique in their place
  FOREIGN KEY (company_id, installation_id) REFERENCES installations (company_id, id)
);

CREATE TABLE staff (
  company_id uuid NOT NULL REFERENCES companies (id),
  id uuid NOT NULL,
  name text NOT NULL,
  state text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'removed')),
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (company_id, id)
);

CREATE TABLE staff_roles (
  company_id uuid NOT NULL,
  staff_id uuid NOT NULL,
  role text NOT NULL CHECK (role IN ('staff', 'admin', 'analytics')),
  PRIMARY KEY (company_id, staff_id, role),
  FOREIGN KEY (company_id, staff_id) REFERENCES staff (company_id, id) ON DELETE CASCADE
);

-- installation_id may name a workspace that is not installed yet: its id follows from the tenant's file.
CREATE TABLE staff_identities (
  company_id uuid NOT NULL,
  installation_id uuid NOT NULL,
  external_id text NOT NULL,
  staff_id uuid NOT NULL,
  PRIMARY KEY (company_id, installation_id, external_id),
  FOREIGN KEY (company_id, staff_id) REFERENCES staff (company_id, id) ON DELETE CASCADE
);

-- lease_*: who works on the conversation now; every write of a turn names its lease and the epoch it began in.
-- last_seq numbers messages; inbox_version grows with every inbound change, settled_version is how far turns have got.
CREATE TABLE conversations (
  company_id uuid NOT NULL REFERENCES companies (id),
  id uuid NOT NULL,
  installation_id uuid NOT NULL,
  user_id uuid NOT NULL,
  channel text NOT NULL,
  thread_id text NOT NULL,
  space text NOT NULL,
  thread text NOT NULL,
  audience text NOT NULL CHECK (audience IN ('direct', 'group', 'public', 'shared')),
  agent_type text NOT NULL DEFAULT 'customer' CHECK (agent_type IN ('customer', 'staff', 'admin', 'analytics')),
  status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'escalated', 'snoozed', 'closed')),
  owner_kind text NOT NULL DEFAULT 'bot' CHECK (owner_kind IN ('bot', 'queue', 'human', 'off')),
  owner_staff uuid,
  owner_queue text,
  epoch integer NOT NULL DEFAULT 0,
  waiting_since timestamptz,
  previous_owner jsonb,
  snoozed_until timestamptz,
  closed_at timestamptz,
  last_seq bigint NOT NULL DEFAULT 0,
  inbox_version bigint NOT NULL DEFAULT 0,
  settled_version bigint NOT NULL DEFAULT 0,
  attempts integer NOT NULL DEFAULT 0,
  lease_token uuid,
  lease_until timestamptz,
  last_external_id text,
  return_path bytea,
  summary bytea,
  summary_through_seq bigint NOT NULL DEFAULT 0,
  dialogue_state text NOT NULL DEFAULT 'GREETING',
  metadata jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT idx_conversations_company PRIMARY KEY (company_id, id),
  FOREIGN KEY (company_id, installation_id) REFERENCES installations (company_id, id),
  FOREIGN KEY (company_id, user_id) REFERENCES contacts (company_id, id),
  FOREIGN KEY (company_id, owner_staff) REFERENCES staff (company_id, id),
  CHECK ((owner_kind = 'human') = (owner_staff IS NOT NULL)),
  CHECK ((owner_kind = 'queue') = (owner_queue IS NOT NULL))
) WITH (fillfactor = 60);
CREATE UNIQUE INDEX idx_conversations_thread ON conversations (thread_id);
CREATE INDEX idx_conversations_unsettled ON conversations (created_at) WHERE inbox_version > settled_version;
CREATE INDEX idx_conversations_snoozed ON conversations (snoozed_until) WHERE snoozed_until IS NOT NULL;

-- content is a sealed JSON document {text, attachments, …}; external_id is the platform's id, unique in its conversation.
CREATE TABLE messages (
  company_id uuid NOT NULL,
  id uuid NOT NULL,
  conversation_id uuid NOT NULL,
  seq bigint NOT NULL,
  role text NOT NULL CHECK (role IN ('user', 'assistant', 'staff', 'system', 'tool')),
  kind text NOT NULL DEFAULT 'message' CHECK (kind IN ('message', 'action', 'command')),
  state text NOT NULL DEFAULT 'settled' CHECK (state IN ('open', 'settled', 'ignored', 'deleted', 'dead')),
  reason text,
  external_id text,
  sender_id text,
  content bytea NOT NULL,
  raw bytea,
  tool_calls jsonb,
  metadata jsonb NOT NULL DEFAULT '{}',
  turn_id uuid,
  correlation_id text,
  sent_at timestamptz,
  edited_at timestamptz,
  deleted_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (id, company_id),
  FOREIGN KEY (company_id, conversation_id) REFERENCES conversations (company_id, id) ON DELETE CASCADE
) WITH (fillfactor = 80);
CREATE INDEX idx_messages_conversation ON messages (conversation_id, seq);
CREATE INDEX idx_messages_created ON messages (created_at);
CREATE INDEX idx_messages_open ON messages (conversation_id, seq) WHERE state = 'open';

CREATE TABLE turns (
  company_id uuid NOT NULL,
  id uuid NOT NULL,
  conversation_id uuid NOT NULL,
  epoch integer NOT NULL,
  -- What it answers: open messages up to through_seq, as they stood at inbox_version.
  through_seq bigint NOT NULL,
  inbox_version bigint NOT NULL,
  state text NOT NULL DEFAULT 'running'
    CHECK (state IN ('running', 'answered', 'silent', 'stood down', 'failed', 'dead')),
  outcome text,
  receipt text,
  attempts integer NOT NULL DEFAULT 1,
  model text,
  input_tokens integer NOT NULL DEFAULT 0,
  output_tokens integer NOT NULL DEFAULT 0,
  cost_usd numeric(14, 6) NOT NULL DEFAULT 0,
  latency_ms integer,
  correlation_id text,
  started_at timestamptz NOT NULL DEFAULT now(),
  finished_at timestamptz,
  PRIMARY KEY (id, company_id),
  FOREIGN KEY (company_id, conversation_id) REFERENCES conversations (company_id, id) ON DELETE CASCADE
) WITH (fillfactor = 70);
CREATE UNIQUE INDEX idx_turns_running ON turns (conversation_id) WHERE state = 'running';
CREATE INDEX idx_turns_receipts ON turns (started_at) WHERE receipt IS NOT NULL;

CREATE TABLE steps (
  company_id uuid NOT NULL,
  turn_id uuid NOT NULL,
  key text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('model', 'tool', 'retrieval')),
  name text NOT NULL,
  repeatable boolean NOT NULL,
  input bytea NOT NULL,
  output bytea,
  ok boolean,
  duration_ms integer,
  cost_usd numeric(14, 6) NOT NULL DEFAULT 0,
  started_at timestamptz NOT NULL DEFAULT now(),
  finished_at timestamptz,
  PRIMARY KEY (turn_id, key, company_id),
  FOREIGN KEY (company_id, turn_id) REFERENCES turns (company_id, id) ON DELETE CASCADE
);

-- One row is one message on the platform. `seq` orders them within a conversation; `epoch` fences answers, notices have none.
CREATE TABLE deliveries (
  company_id uuid NOT NULL,
  id uuid NOT NULL,
  conversation_id uuid NOT NULL,
  turn_id uuid,
  part integer NOT NULL DEFAULT 0,
  seq bigint NOT NULL,
  epoch integer,
  kind text NOT NULL CHECK (kind IN ('answer', 'notice')),
  recipient text,
  body bytea NOT NULL,
  streamed boolean NOT NULL DEFAULT false,
  state text NOT NULL DEFAULT 'pending'
    CHECK (state IN ('pending', 'sending', 'sent', 'failed', 'unknown', 'cancelled')),
  ref text,
  attempts integer NOT NULL DEFAULT 0,
  next_attempt_at timestamptz NOT NULL DEFAULT now(),
  error text,
  correlation_id text,
  created_at timestamptz NOT NULL DEFAULT now(),
  sending_since timestamptz,
  sent_at timestamptz,
  PRIMARY KEY (id, company_id),
  FOREIGN KEY (company_id, conversation_id) REFERENCES conversations (company_id, id) ON DELETE CASCADE
) WITH (fillfactor = 70);
CREATE INDEX idx_deliveries_conversation ON deliveries (conversation_id, seq);
CREATE INDEX idx_deliveries_open ON deliveries (next_attempt_at) WHERE state IN ('pending', 'sending');

CREATE TABLE tickets (
  company_id uuid NOT NULL,
  id uuid NOT NULL,
  number bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  conversation_id uuid,
  user_id uuid,
  queue text NOT NULL DEFAULT 'general_support',
  priority text NOT NULL DEFAULT 'normal' CHECK (priority IN ('low', 'normal', 'high', 'urgent')),
  status text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'pending', 'solved', 'closed')),
  subject bytea NOT NULL,
  description bytea NOT NULL,
  idempotency_key text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (id, company_id),
  UNIQUE (company_id, idempotency_key),
  FOREIGN KEY (company_id, conversation_id) REFERENCES conversations (company_id, id) ON DELETE SET NULL (conversation_id),
  FOREIGN KEY (company_id, user_id) REFERENCES contacts (company_id, id)
);

CREATE TABLE leads (
  company_id uuid NOT NULL REFERENCES companies (id),
  id uuid NOT NULL,
  conversation_id uuid,
  user_id uuid,
  source text NOT NULL DEFAULT 'ai_chat',
  status text NOT NULL DEFAULT 'new',
  details bytea NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (company_id, id),
  FOREIGN KEY (company_id, conversation_id) REFERENCES conversations (company_id, id) ON DELETE SET NULL (conversation_id),
  FOREIGN KEY (company_id, user_id) REFERENCES contacts (company_id, id)
);

CREATE TABLE bookings (
  company_id uuid NOT NULL REFERENCES companies (id),
  id uuid NOT NULL,
  user_id uuid,
  code text NOT NULL,
  status text NOT NULL DEFAULT 'confirmed',
  starts_at timestamptz,
  details bytea NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (company_id, id),
  UNIQUE (company_id, code),
  FOREIGN KEY (company_id, user_id) REFERENCES contacts (company_id, id)
);

-- ChatEvent {event_type, user_id, session_id, timestamp, data}: numbers and ids only, never what people wrote.
CREATE TABLE events (
  company_id uuid NOT NULL,
  id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  event_type text NOT NULL,
  user_id uuid,
  session_id uuid,
  data jsonb NOT NULL DEFAULT '{}',
  occurred_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (company_id, id)
);
CREATE INDEX idx_events_occurred ON events (company_id, occurred_at);

CREATE TABLE support_ai_interactions (
  company_id uuid NOT NULL,
  id uuid NOT NULL,
  conversation_id uuid NOT NULL,
  turn_id uuid NOT NULL,
  agent_type text NOT NULL,
  model text,
  tokens_used integer NOT NULL DEFAULT 0,
  latency_ms integer,
  cost_usd numeric(14, 6) NOT NULL DEFAULT 0,
  cache_hit boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (company_id, id)
);

CREATE TABLE audit (
  company_id uuid NOT NULL REFERENCES companies (id),
  id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  conversation_id uuid,
  actor text NOT NULL,
  action text NOT NULL,
  reason text,
  data jsonb NOT NULL DEFAULT '{}',
  correlation_id text,
  at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (company_id, id)
);
CREATE INDEX idx_audit_conversation ON audit (company_id, conversation_id, id);

CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'audit rows are append-only' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON audit
  FOR EACH ROW EXECUTE FUNCTION refuse_audit_change();
CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();

-- What only one process may do at a time, such as holding a platform's one connection; nobody's data.
CREATE TABLE leases (
  name text PRIMARY KEY,
  holder text NOT NULL,
  held_until timestamptz NOT NULL,
  state text
);

-- What visitors of web sites see. A session is a visitor's right to speak, a thread what they read: web_messages is
-- each message once, with a number (cursor) that follows the thread's own clock at its every change.
CREATE TABLE web_sessions (
  company_id uuid NOT NULL,
  id uuid NOT NULL,
  installation_id uuid NOT NULL,
  visitor text NOT NULL,
  identified boolean NOT NULL,
  generation integer NOT NULL DEFAULT 0,
  rotated_at timestamptz NOT NULL DEFAULT now(),
  profile bytea NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (company_id, id),
  FOREIGN KEY (company_id, installation_id) REFERENCES installations (company_id, id)
);

CREATE TABLE web_threads (
  company_id uuid NOT NULL,
  id uuid NOT NULL,
  installation_id uuid NOT NULL,
  visitor text NOT NULL,
  profile bytea NOT NULL,
  last_cursor bigint NOT NULL DEFAULT 0,
  last_position bigint NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (company_id, id),
  FOREIGN KEY (company_id, installation_id) REFERENCES installations (company_id, id)
) WITH (fillfactor = 70);
CREATE INDEX idx_web_threads_visitor ON web_threads (visitor, updated_at);

CREATE TABLE web_messages (
  company_id uuid NOT NULL,
  thread_id uuid NOT NULL,
  id text NOT NULL,
  position bigint NOT NULL,
  cursor bigint NOT NULL,
  role text NOT NULL CHECK (role IN ('user', 'assistant')),
  state text NOT NULL CHECK (state IN ('streaming', 'final', 'deleted')),
  edited boolean NOT NULL DEFAULT false,
  digest bytea NOT NULL,
  content bytea NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (thread_id, id, company_id),
  FOREIGN KEY (company_id, thread_id) REFERENCES web_threads (company_id, id) ON DELETE CASCADE
) WITH (fillfactor = 70);
CREATE UNIQUE INDEX idx_web_messages_cursor ON web_messages (thread_id, cursor);
CREATE UNIQUE INDEX idx_web_messages_position ON web_messages (thread_id, position);

CREATE TABLE web_files (
  company_id uuid NOT NULL,
  thread_id uuid NOT NULL,
  id uuid NOT NULL,
  name bytea NOT NULL,
  mime_type text NOT NULL,
  size integer NOT NULL,
  content bytea NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (thread_id, id, company_id),
  FOREIGN KEY (company_id, thread_id) REFERENCES web_threads (company_id, id) ON DELETE CASCADE
);

-- The other names by which integrators know the same data. They read with the caller's rights.
CREATE VIEW ai_conversations WITH (security_invoker = true) AS
  SELECT id, company_id, thread_id, user_id AS customer_id, agent_type, status, metadata, created_at, updated_at
  FROM conversations;
CREATE VIEW ai_messages WITH (security_invoker = true) AS
  SELECT id, company_id, conversation_id, role, content, tool_calls, metadata, created_at FROM messages;
CREATE VIEW support_chat_messages WITH (security_invoker = true) AS
  SELECT m.id, m.company_id, m.conversation_id, c.channel, m.role AS sender_role, m.content, m.created_at
  FROM messages m JOIN conversations c ON c.company_id = m.company_id AND c.id = m.conversation_id;
CREATE VIEW customers WITH (security_invoker = true) AS
  SELECT id, company_id, installation_id, external_id, name, locale, time_zone, profile, created_at FROM contacts;

-- Who may do what. baton_app works inside one company at a time; baton_system sees ids across companies, never content.
DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['installations', 'contacts', 'staff', 'staff_roles', 'staff_identities', 'conversations',
    'messages', 'turns', 'steps', 'deliveries', 'tickets', 'leads', 'bookings', 'events', 'support_ai_interactions', 'audit',
    'web_sessions', 'web_threads', 'web_messages', 'web_files']
  LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY tenant ON %I TO baton_app USING (company_id = app_tenant()) WITH CHECK (company_id = app_tenant())', t);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO baton_app', t);
  END LOOP;
END $$;
REVOKE UPDATE, DELETE ON audit FROM baton_app;
ALTER TABLE companies ENABLE ROW LEVEL SECURITY;
ALTER TABLE companies FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON companies TO baton_app USING (id = app_tenant()) WITH CHECK (id = app_tenant());
GRANT SELECT, INSERT, UPDATE ON companies TO baton_app;
GRANT SELECT ON ai_conversations, ai_messages, support_chat_messages, customers TO baton_app;

GRANT SELECT, INSERT, UPDATE ON leases TO baton_system;
CREATE POLICY routing ON companies FOR SELECT TO baton_system USING (true);
CREATE POLICY routing ON installations FOR SELECT TO baton_system USING (true);
CREATE POLICY sweeping ON conversations FOR SELECT TO baton_system USING (true);
CREATE POLICY sweeping ON deliveries FOR SELECT TO baton_system USING (true);
CREATE POLICY sweeping ON turns FOR SELECT TO baton_system USING (true);
GRANT SELECT (id, slug, name, tier) ON companies TO baton_system;
GRANT SELECT (company_id, id, channel, external_id, state) ON installations TO baton_system;
GRANT SELECT (company_id, id, installation_id, channel, inbox_version, settled_version, lease_until, snoozed_until,
  status, created_at, updated_at) ON conversations TO baton_system;
GRANT SELECT (company_id, id, conversation_id, state, next_attempt_at, created_at) ON deliveries TO baton_system;
GRANT SELECT (company_id, id, conversation_id, state, receipt, started_at, finished_at) ON turns TO baton_system;
