const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/** The parser's names of what a question may consist of. */
export const nodes = words(`
  SelectStmt ResTarget ColumnRef A_Star A_Const A_Expr BoolExpr NullTest BooleanTest CaseExpr CaseWhen CoalesceExpr
  MinMaxExpr SubLink SortBy JoinExpr RangeVar RangeSubselect RangeFunction List String Integer Float Boolean
  A_ArrayExpr TypeCast TypeName WindowDef GroupingSet GroupingFunc CommonTableExpr RowExpr FuncCall NamedArgExpr
  SQLValueFunction Alias
`);

/**
 * Functions that compute from what they are given, and whose result is about as large. Not among them: whatever reaches
 * settings, locks, files, the catalog or other SQL, and what makes much out of little (repeat, lpad, string_agg).
 */
export const functions = words(`
  count sum avg min max stddev stddev_pop stddev_samp variance var_pop var_samp corr regr_slope regr_intercept regr_r2
  percentile_cont percentile_disc mode bool_and bool_or every
  row_number rank dense_rank percent_rank cume_dist ntile lag lead first_value last_value nth_value
  now date date_trunc date_part date_bin extract timezone to_char to_date to_timestamp age make_date make_timestamp
  make_interval justify_days justify_hours justify_interval isfinite overlaps
  abs ceil ceiling floor round trunc sign power pow sqrt cbrt exp ln log log10 mod div width_bucket
  lower upper initcap length char_length character_length left right substring substr btrim ltrim rtrim trim
  replace split_part position strpos starts_with concat concat_ws reverse
  generate_series unnest cardinality array_length
`);

/** Types a value may be turned into. */
export const types = words(`
  date time timetz timestamp timestamptz interval text varchar bpchar char int2 int4 int8 smallint integer bigint
  numeric float4 float8 bool boolean uuid
`);

/** Values without brackets; not who is connected. */
export const valueFunctions = words(`
  SVFOP_CURRENT_DATE SVFOP_CURRENT_TIME SVFOP_CURRENT_TIME_N SVFOP_CURRENT_TIMESTAMP SVFOP_CURRENT_TIMESTAMP_N
  SVFOP_LOCALTIME SVFOP_LOCALTIME_N SVFOP_LOCALTIMESTAMP SVFOP_LOCALTIMESTAMP_N
`);
