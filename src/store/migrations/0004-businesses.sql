-- What the tool families of a cinema, a caterer and a support desk work on. Names, phone numbers and whatever else
-- people tell are sealed; titles, prices and dates are not.
CREATE TABLE businesses (
  company_id uuid NOT NULL REFERENCES companies (id),
  kind text NOT NULL CHECK (kind IN ('cinema', 'catering', 'support')),
  version integer NOT NULL,
  time_zone text NOT NULL,
  -- Newcomers get a booking or an order of their own to try things on.
  samples boolean NOT NULL DEFAULT false,
  next_number integer NOT NULL DEFAULT 0,
  next_sample integer NOT NULL DEFAULT 0,
  PRIMARY KEY (kind, company_id)
);

-- A call of a writing tool and what it gave: the same call again gives the same and does nothing.
CREATE TABLE tool_effects (
  company_id uuid NOT NULL REFERENCES companies (id),
  key text NOT NULL,
  result bytea,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (key, company_id)
);
CREATE INDEX idx_tool_effects_created ON tool_effects (created_at);

-- What has to be said outside of a turn, written with what it tells of, until it was handed on.
CREATE TABLE announcements (
  company_id uuid NOT NULL REFERENCES companies (id),
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  audience text NOT NULL CHECK (audience IN ('conversation', 'staff')),
  topic text NOT NULL,
  conversation_id uuid,
  body bytea NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  announced_at timestamptz,
  PRIMARY KEY (id, company_id),
  FOREIGN KEY (company_id, conversation_id) REFERENCES conversations (company_id, id) ON DELETE CASCADE
);
CREATE INDEX idx_announcements_open ON announcements (created_at) WHERE announced_at IS NULL;

CREATE TABLE movies (
  company_id uuid NOT NULL REFERENCES companies (id),
  id integer NOT NULL,
  title text NOT NULL,
  genres text[] NOT NULL,
  moods text[] NOT NULL,
  synopsis text NOT NULL,
  minutes integer NOT NULL CHECK (minutes > 0),
  rating numeric(3, 1) NOT NULL,
  PRIMARY KEY (id, company_id)
);

CREATE TABLE theaters (
  company_id uuid NOT NULL REFERENCES companies (id),
  id integer NOT NULL,
  name text NOT NULL,
  area text NOT NULL,
  city text NOT NULL,
  address text NOT NULL,
  PRIMARY KEY (id, company_id)
);

CREATE TABLE seats (
  company_id uuid NOT NULL,
  theater_id integer NOT NULL,
  id integer NOT NULL,
  row_label text NOT NULL,
  number integer NOT NULL,
  PRIMARY KEY (theater_id, id, company_id),
  FOREIGN KEY (company_id, theater_id) REFERENCES theaters (company_id, id) ON DELETE CASCADE
);

CREATE TABLE shows (
  company_id uuid NOT NULL,
  id integer NOT NULL,
  movie_id integer NOT NULL,
  theater_id integer NOT NULL,
  screen_type text NOT NULL CHECK (screen_type IN ('IMAX', '4DX', 'Regular')),
  day date NOT NULL,
  starts_at timestamptz NOT NULL,
  price numeric(8, 2) NOT NULL CHECK (price >= 0),
  PRIMARY KEY (id, company_id),
  FOREIGN KEY (company_id, movie_id) REFERENCES movies (company_id, id),
  FOREIGN KEY (company_id, theater_id) REFERENCES theaters (company_id, id)
);
CREATE INDEX idx_shows_day ON shows (day);

-- A seat of a show is somebody's or nobody's. Without a booking it was sold at the box office.
CREATE TABLE sold_seats (
  company_id uuid NOT NULL,
  show_id integer NOT NULL,
  theater_id integer NOT NULL,
  seat_id integer NOT NULL,
  booking_id uuid,
  PRIMARY KEY (show_id, seat_id, company_id),
  FOREIGN KEY (company_id, show_id) REFERENCES shows (company_id, id) ON DELETE CASCADE,
  FOREIGN KEY (company_id, theater_id, seat_id) REFERENCES seats (company_id, theater_id, id),
  FOREIGN KEY (company_id, booking_id) REFERENCES bookings (company_id, id) ON DELETE CASCADE
);
CREATE INDEX idx_sold_seats_booking ON sold_seats (booking_id);

CREATE TABLE customer_records (
  company_id uuid NOT NULL REFERENCES companies (id),
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  details bytea NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (id, company_id)
);

ALTER TABLE bookings
  ADD COLUMN kind text NOT NULL DEFAULT 'event' CHECK (kind IN ('event', 'show')),
  ADD COLUMN conversation_id uuid,
  ADD COLUMN customer_id uuid,
  ADD COLUMN show_id integer,
  ADD COLUMN event_date date,
  ADD COLUMN guests integer CHECK (guests > 0),
  ADD COLUMN amount_usd numeric(10, 2),
  ADD COLUMN refund_usd numeric(10, 2),
  ADD COLUMN held_until timestamptz,
  ADD CHECK (status IN ('pending', 'held', 'payment failed', 'confirmed', 'expired', 'cancelled', 'completed')),
  ADD FOREIGN KEY (company_id, conversation_id) REFERENCES conversations (company_id, id) ON DELETE SET NULL (conversation_id),
  ADD FOREIGN KEY (company_id, customer_id) REFERENCES customer_records (company_id, id) ON DELETE SET NULL (customer_id),
  ADD FOREIGN KEY (company_id, show_id) REFERENCES shows (company_id, id);
CREATE INDEX idx_bookings_user ON bookings (user_id);
CREATE INDEX idx_bookings_event ON bookings (event_date) WHERE event_date IS NOT NULL;
CREATE INDEX idx_bookings_held ON bookings (show_id, held_until) WHERE status IN ('held', 'payment failed');

-- The id is what the payer's link carries, so it is random.
CREATE TABLE payments (
  company_id uuid NOT NULL,
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  booking_id uuid NOT NULL,
  amount_usd numeric(10, 2) NOT NULL,
  purpose text NOT NULL,
  state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'paid', 'failed', 'refunded')),
  created_at timestamptz NOT NULL DEFAULT now(),
  settled_at timestamptz,
  PRIMARY KEY (id, company_id),
  UNIQUE (company_id, booking_id),
  FOREIGN KEY (company_id, booking_id) REFERENCES bookings (company_id, id) ON DELETE CASCADE
);

CREATE TABLE menu_items (
  company_id uuid NOT NULL REFERENCES companies (id),
  id integer NOT NULL,
  category text NOT NULL,
  name text NOT NULL,
  description text NOT NULL,
  PRIMARY KEY (id, company_id)
);

CREATE TABLE business_settings (
  company_id uuid NOT NULL REFERENCES companies (id),
  name text NOT NULL,
  value jsonb NOT NULL,
  changed_by uuid,
  changed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (name, company_id)
);

CREATE TABLE accounts (
  company_id uuid NOT NULL,
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  user_id uuid NOT NULL,
  plan text NOT NULL,
  status text NOT NULL CHECK (status IN ('active', 'paused', 'closed')),
  opened_on date NOT NULL,
  PRIMARY KEY (id, company_id),
  UNIQUE (company_id, user_id),
  FOREIGN KEY (company_id, user_id) REFERENCES contacts (company_id, id) ON DELETE CASCADE
);

CREATE TABLE orders (
  company_id uuid NOT NULL,
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  number integer NOT NULL,
  account_id uuid NOT NULL,
  status text NOT NULL CHECK (status IN ('processing', 'shipped', 'delivered', 'cancelled')),
  placed_on date NOT NULL,
  expected_on date,
  delivered_on date,
  carrier text,
  tracking text,
  items bytea NOT NULL,
  total_usd numeric(10, 2) NOT NULL,
  PRIMARY KEY (id, company_id),
  UNIQUE (company_id, number),
  FOREIGN KEY (company_id, account_id) REFERENCES accounts (company_id, id) ON DELETE CASCADE
);
CREATE INDEX idx_orders_account ON orders (account_id);

CREATE TABLE refunds (
  company_id uuid NOT NULL,
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  order_id uuid NOT NULL,
  amount_usd numeric(10, 2) NOT NULL,
  reason bytea NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (id, company_id),
  UNIQUE (company_id, order_id),
  FOREIGN KEY (company_id, order_id) REFERENCES orders (company_id, id) ON DELETE CASCADE
);

-- What a person likes and what was last talked about: a sealed document.
CREATE TABLE profiles (
  company_id uuid NOT NULL,
  user_id uuid NOT NULL,
  document bytea NOT NULL,
  updated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (user_id, company_id),
  FOREIGN KEY (company_id, user_id) REFERENCES contacts (company_id, id) ON DELETE CASCADE
);

DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['businesses', 'tool_effects', 'announcements', 'movies', 'theaters', 'seats', 'shows',
    'sold_seats', 'customer_records', 'payments', 'menu_items', 'business_settings', 'accounts', 'orders', 'refunds', 'profiles']
  LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY tenant ON %I TO baton_app USING (company_id = app_tenant()) WITH CHECK (company_id = app_tenant())', t);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO baton_app', t);
  END LOOP;
END $$;

-- A sweep finds the companies that have something left to say.
CREATE POLICY sweeping ON announcements FOR SELECT TO baton_system USING (true);
GRANT SELECT (company_id, announced_at, created_at) ON announcements TO baton_system;
