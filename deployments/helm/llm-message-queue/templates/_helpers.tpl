{{- define "llmq.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 40 | trimSuffix "-" }}
{{- end }}

{{- define "llmq.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" }}
{{- else if contains (include "llmq.name" .) .Release.Name }}
{{- .Release.Name | trunc 40 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name (include "llmq.name" .) | trunc 40 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- define "llmq.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}

{{- define "llmq.secret" -}}
{{ required "existingSecret: name a Secret with DATABASE_URL, REDIS_URL and API_KEYS" .Values.existingSecret }}
{{- end }}

{{- define "llmq.serviceAccount" -}}
{{- if .Values.serviceAccount.create }}
{{- default (include "llmq.fullname" .) .Values.serviceAccount.name }}
{{- else }}
{{- default "default" .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{- define "llmq.selector" -}}
app.kubernetes.io/name: {{ include "llmq.name" .root }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{- define "llmq.labels" -}}
{{ include "llmq.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" }}
{{- end }}

{{- define "llmq.podSecurity" -}}
runAsNonRoot: true
runAsUser: 1000
runAsGroup: 1000
fsGroup: 1000
seccompProfile: { type: RuntimeDefault }
{{- end }}

{{- define "llmq.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end }}

{{/* What every process reads; `role` is the section of the values that belongs to it. */}}
{{- define "llmq.env" -}}
- { name: HOST, value: 0.0.0.0 }
- { name: PORT, value: {{ .role.port | quote }} }
- { name: WORKER_CONCURRENCY, value: {{ .root.Values.worker.concurrency | quote }} }
- { name: WORKER_DRAIN_TIMEOUT, value: {{ printf "%ds" (int .role.drainTimeoutSeconds) | quote }} }
{{- with .role.drainDelaySeconds }}
- { name: HTTP_DRAIN_DELAY, value: {{ printf "%ds" (int .) | quote }} }
{{- end }}
{{- with .role.trustedProxies }}
- { name: HTTP_TRUSTED_PROXIES, value: {{ . | quote }} }
{{- end }}
{{- if .root.Values.providers }}
- { name: PROVIDERS_FILE, value: /etc/llm-message-queue/providers.yaml }
{{- end }}
{{- if .root.Values.taskTypes }}
- { name: TASK_TYPES_FILE, value: /etc/llm-message-queue/task-types.yaml }
{{- end }}
{{- with .root.Values.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* One process of the fleet: `component`, the program of the image; `role`, its values. */}}
{{- define "llmq.deployment" -}}
{{- $fullname := include "llmq.fullname" .root -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ $fullname }}-{{ .component }}
  labels: {{- include "llmq.labels" . | nindent 4 }}
spec:
  {{- if not .scaled }}
  replicas: {{ .role.replicas }}
  {{- end }}
  # One more at a time, and none less: what a stopping process runs is drained or taken over.
  strategy:
    type: RollingUpdate
    rollingUpdate: { maxSurge: 1, maxUnavailable: 0 }
  selector:
    matchLabels: {{- include "llmq.selector" . | nindent 6 }}
  template:
    metadata:
      labels:
        {{- include "llmq.labels" . | nindent 8 }}
        {{- with .root.Values.podLabels }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      annotations:
        # Settings are read at start; providers and task types while running.
        checksum/config: {{ toYaml .root.Values.config | sha256sum }}
        {{- with .root.Values.podAnnotations }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
    spec:
      serviceAccountName: {{ include "llmq.serviceAccount" .root }}
      automountServiceAccountToken: false
      enableServiceLinks: false
      {{- with .root.Values.imagePullSecrets }}
      imagePullSecrets: {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with .root.Values.priorityClassName }}
      priorityClassName: {{ . }}
      {{- end }}
      # A process takes at most drain delay + drain timeout + 10 s to stop.
      terminationGracePeriodSeconds: {{ add (int .role.drainDelaySeconds) (int .role.drainTimeoutSeconds) 20 }}
      securityContext: {{- include "llmq.podSecurity" . | nindent 8 }}
      containers:
        - name: {{ .component }}
          image: {{ include "llmq.image" .root }}
          imagePullPolicy: {{ .root.Values.image.pullPolicy }}
          args: [{{ .component }}, --config, /etc/llm-message-queue/config.yaml]
          securityContext: {{- include "llmq.containerSecurity" . | nindent 12 }}
          envFrom:
            - secretRef: { name: {{ include "llmq.secret" .root }} }
          env: {{- include "llmq.env" . | nindent 12 }}
          ports:
            - { name: http, containerPort: {{ .role.port }} }
          # It starts to listen when Postgres and Redis are there.
          startupProbe:
            httpGet: { path: /health, port: http }
            periodSeconds: 2
            failureThreshold: 90
          livenessProbe:
            httpGet: { path: /health, port: http }
            periodSeconds: 10
            timeoutSeconds: 5
            failureThreshold: 6
          readinessProbe:
            httpGet: { path: /ready, port: http }
            periodSeconds: 5
            timeoutSeconds: 4
            failureThreshold: 2
          resources: {{- toYaml .role.resources | nindent 12 }}
          volumeMounts:
            - { name: config, mountPath: /etc/llm-message-queue, readOnly: true }
            - { name: tmp, mountPath: /tmp }
      volumes:
        - name: config
          configMap: { name: {{ $fullname }} }
        - name: tmp
          emptyDir: { sizeLimit: 64Mi }
      topologySpreadConstraints:
        - maxSkew: 1
          topologyKey: kubernetes.io/hostname
          whenUnsatisfiable: ScheduleAnyway
          labelSelector:
            matchLabels: {{- include "llmq.selector" . | nindent 14 }}
      {{- with .role.affinity }}
      affinity: {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with .root.Values.nodeSelector }}
      nodeSelector: {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with .root.Values.tolerations }}
      tolerations: {{- toYaml . | nindent 8 }}
      {{- end }}
{{- end }}

{{/* Keeps evictions from taking all processes of a role at once. */}}
{{- define "llmq.podDisruptionBudget" -}}
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ include "llmq.fullname" .root }}-{{ .component }}
  labels: {{- include "llmq.labels" . | nindent 4 }}
spec:
  {{- toYaml .role.podDisruptionBudget | nindent 2 }}
  selector:
    matchLabels: {{- include "llmq.selector" . | nindent 6 }}
{{- end }}

{{/* The name under which Prometheus knows a process, here as in deployments/prometheus/prometheus.yml. */}}
{{- define "llmq.job" -}}
llm-message-queue/job: {{ get (dict "api-gateway" "llmq-gateway" "queue-manager" "llmq-worker" "scheduler" "llmq-scheduler") .component }}
{{- end }}

{{/* Names the pods of a role for Prometheus; nobody calls it. */}}
{{- define "llmq.metricsService" -}}
apiVersion: v1
kind: Service
metadata:
  name: {{ include "llmq.fullname" .root }}-{{ .component }}
  labels:
    {{- include "llmq.labels" . | nindent 4 }}
    {{- include "llmq.job" . | nindent 4 }}
spec:
  clusterIP: None
  ports:
    - { name: http, port: {{ .role.port }}, targetPort: http }
  selector: {{- include "llmq.selector" . | nindent 4 }}
{{- end }}
