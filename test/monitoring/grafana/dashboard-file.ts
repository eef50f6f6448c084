/** What Grafana's own schema says of a dashboard's JSON. Its package is newer than the SDK that writes ours, and made from other sources. */
import type { Dashboard, Panel, RowPanel, TableOptions, VariableModel } from '@grafana/schema';
import type * as BarGauge from '@grafana/schema/dist/esm/raw/composable/bargauge/panelcfg/x/BarGaugePanelCfg_types.gen';
import type * as Stat from '@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen';
import type * as Table from '@grafana/schema/dist/esm/raw/composable/table/panelcfg/x/TablePanelCfg_types.gen';
import type * as TimeSeries from '@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen';

/** As JSON writes it: the values of an enum are plain strings and numbers. */
type Json<T> = T extends string
  ? `${T}`
  : T extends number
    ? number
    : T extends readonly (infer Element)[]
      ? Json<Element>[]
      : T extends object
        ? { [Key in keyof T]: Json<T[Key]> }
        : T;

type FieldConfig = NonNullable<Panel['fieldConfig']>;

/** A panel with what its kind adds: Grafana's schema leaves both open in `Panel`. */
interface PanelOf<Type extends string, Options, Custom = never> extends Omit<
  Panel,
  'type' | 'options' | 'fieldConfig'
> {
  type: Type;
  options?: Partial<Options>;
  fieldConfig?: Omit<FieldConfig, 'defaults'> & {
    defaults: Omit<FieldConfig['defaults'], 'custom'> & { custom?: Partial<Custom> };
  };
}

type AnyPanel =
  | RowPanel
  | PanelOf<'stat', Stat.Options>
  | PanelOf<'bargauge', BarGauge.Options>
  | PanelOf<'table', TableOptions, Table.FieldConfig>
  | PanelOf<'timeseries', TimeSeries.Options, TimeSeries.FieldConfig>;

/** The SDK gives every variable the settings of an interval. Grafana 11 knows them, and later ones pass over them. */
type Variable = VariableModel & { auto?: boolean; auto_min?: string; auto_count?: number };

/** The JSON of a dashboard with the kinds of panel that ours has. */
export type DashboardFile = Json<
  Omit<Dashboard, 'panels' | 'templating'> & { panels: AnyPanel[]; templating: { list: Variable[] } }
>;
