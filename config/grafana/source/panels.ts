import * as bargauge from '@grafana/grafana-foundation-sdk/bargauge';
import type * as cog from '@grafana/grafana-foundation-sdk/cog';
import {
  BigValueGraphMode,
  ReduceDataOptionsBuilder,
  StackingConfigBuilder,
  StackingMode,
  VizOrientation,
} from '@grafana/grafana-foundation-sdk/common';
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import * as stat from '@grafana/grafana-foundation-sdk/stat';
import * as table from '@grafana/grafana-foundation-sdk/table';
import * as timeseries from '@grafana/grafana-foundation-sdk/timeseries';

export type Panel = cog.Builder<dashboard.Panel>;
export type Panels = readonly Panel[];

/** The variable that the reader chooses a Prometheus with. */
export const DATASOURCE = { type: 'prometheus', uid: '${datasource}' };

/** The grid is 24 wide; heights are in its rows of 30 pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface About {
  readonly title: string;
  /** Shown at the panel's corner: what the number means, and what to do. */
  readonly description: string;
  readonly size: Size;
}

/** From the number on, the colour. */
export type Steps = readonly (readonly [from: number, colour: 'green' | 'yellow' | 'orange' | 'red' | 'blue'])[];

export const GOOD_AT_ZERO: Steps = [
  [0, 'green'],
  [1, 'red'],
];

const thresholds = ([first, ...rest]: Steps): dashboard.ThresholdsConfigBuilder =>
  new dashboard.ThresholdsConfigBuilder().mode(dashboard.ThresholdsMode.Absolute).steps([
    // The first colour holds from minus infinity on, which JSON writes as null.
    { value: null, color: first?.[1] ?? 'blue' },
    ...rest.map(([value, color]) => ({ value, color })),
  ]);

const instant = (expr: string): DataqueryBuilder =>
  new DataqueryBuilder().expr(expr).instant().datasource(DATASOURCE).refId('A');

/** One number, as it is now. */
export function number(
  { title, description, size }: About,
  expr: string,
  { steps, unit = 'none', noValue = 'no data' }: { steps: Steps; unit?: string; noValue?: string },
): stat.PanelBuilder {
  return new stat.PanelBuilder()
    .title(title)
    .description(description)
    .span(size.width)
    .height(size.height)
    .datasource(DATASOURCE)
    .unit(unit)
    .noValue(noValue)
    .thresholds(thresholds(steps))
    .graphMode(BigValueGraphMode.None)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']))
    .withTarget(instant(expr));
}

export interface Line {
  readonly expr: string;
  /** With `{{label}}` for labels. */
  readonly legend: string;
}

/** Lines over time. */
export function lines(
  { title, description, size }: About,
  targets: readonly Line[],
  { unit = 'none', stacked = false }: { unit?: string; stacked?: boolean } = {},
): timeseries.PanelBuilder {
  const panel = new timeseries.PanelBuilder()
    .title(title)
    .description(description)
    .span(size.width)
    .height(size.height)
    .datasource(DATASOURCE)
    .unit(unit)
    .min(0)
    .fillOpacity(stacked ? 60 : 10);
  if (stacked) panel.stacking(new StackingConfigBuilder().mode(StackingMode.Normal));
  for (const [index, { expr, legend }] of targets.entries())
    panel.withTarget(
      new DataqueryBuilder()
        .expr(expr)
        .legendFormat(legend)
        .range()
        .datasource(DATASOURCE)
        .refId(String.fromCharCode(65 + index)),
    );
  return panel;
}

/** One bar for each series, as it is now. */
export function bars({ title, description, size }: About, { expr, legend }: Line): bargauge.PanelBuilder {
  return new bargauge.PanelBuilder()
    .title(title)
    .description(description)
    .span(size.width)
    .height(size.height)
    .datasource(DATASOURCE)
    .min(0)
    .noValue('none')
    .orientation(VizOrientation.Horizontal)
    .thresholds(thresholds([[0, 'orange']]))
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']))
    .withTarget(instant(expr).legendFormat(legend));
}

export interface Column {
  readonly expr: string;
  readonly title: string;
  readonly unit?: string;
}

const FIRST = 'A'.charCodeAt(0);

/**
 * A table with one row for each set of labels and one column for each query, joined by `by`.
 * @param by labels, in the order of the columns; every query has exactly these
 */
export function grid(
  { title, description, size }: About,
  by: readonly string[],
  columns: readonly Column[],
): table.PanelBuilder {
  const names = columns.map((column, index) => ({ ...column, refId: String.fromCharCode(FIRST + index) }));
  const panel = new table.PanelBuilder()
    .title(title)
    .description(description)
    .span(size.width)
    .height(size.height)
    .datasource(DATASOURCE)
    .noValue('none')
    .transformations([
      { id: 'merge', options: {} },
      {
        id: 'organize',
        options: {
          excludeByName: { Time: true },
          indexByName: Object.fromEntries([...by, ...names.map(valueField)].map((name, index) => [name, index])),
          renameByName: Object.fromEntries(names.map((column) => [valueField(column), column.title])),
        },
      },
    ]);
  for (const { expr, refId } of names) panel.withTarget(instant(expr).format(PromQueryFormat.Table).refId(refId));
  for (const { title: name, unit } of columns)
    if (unit !== undefined) panel.overrideByName(name, [{ id: 'unit', value: unit }]);
  return panel;

  // Grafana's own naming: a single query's value has no letter.
  function valueField({ refId }: { readonly refId: string }): string {
    return columns.length === 1 ? 'Value' : `Value #${refId}`;
  }
}
