/** `GET /statistics/traffic`. */
export interface Traffic {
  stepSeconds: number;
  points: TrafficPoint[];
}

export interface TrafficPoint {
  at: string;
  permitted: number;
  refused: number;
  bytesOut: number;
  bytesIn: number;
}
