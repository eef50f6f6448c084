import { readFile } from 'node:fs/promises';
import { DASHBOARD_FILE } from '../../scripts/generate-monitoring.ts';
import { list, pick } from '../config/kustomize.ts';

/** One query of the dashboard, as Grafana would send it. */
export interface PanelQuery {
  readonly row: string;
  readonly panel: string;
  /** A, B, C within the panel. */
  readonly refId: string;
  readonly expr: string;
  /** A line over time, or the value now. */
  readonly isRange: boolean;
}

/** What Grafana puts in the place of its variables, for a reader who looks at the last 15 minutes. */
const VARIABLES: ReadonlyMap<string, string> = new Map([
  ['$__range', '900s'],
  // Long enough that all of a story lies within one step.
  ['$__rate_interval', '300s'],
]);

/** All queries of the dashboard that is checked in. @throws Error when one has a variable that is not known here */
export async function panelQueries(): Promise<readonly PanelQuery[]> {
  const dashboard: unknown = JSON.parse(await readFile(DASHBOARD_FILE, 'utf8'));
  let row = '';
  const queries: PanelQuery[] = [];
  for (const panel of list(dashboard, 'panels')) {
    const title = String(pick(panel, 'title'));
    if (pick(panel, 'type') === 'row') row = title;
    for (const target of list(panel, 'targets'))
      queries.push({
        row,
        panel: title,
        refId: String(pick(target, 'refId')),
        expr: substituted(String(pick(target, 'expr'))),
        isRange: pick(target, 'range') === true,
      });
  }
  return queries;
}

function substituted(expr: string): string {
  let text = expr;
  for (const [variable, value] of VARIABLES) text = text.replaceAll(variable, value);
  if (text.includes('$')) throw new Error(`a variable is left in ${text}`);
  return text;
}
